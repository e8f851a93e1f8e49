#!/bin/bash
# Ready: it is primary, or has caught up with the primary. One that is copying the others' data does not count as a member that is
# there: the next one would be restarted, or drained.
exec mongosh --quiet --norc --eval 'const me = db.hello(); quit(me.isWritablePrimary || me.secondary ? 0 : 1);'
