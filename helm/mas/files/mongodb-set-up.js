// Makes the replica set, its users, and members that are new; what is there already stays. Ends with an error, and is started
// again, until all is there. Runs in mongosh.
const fs = require('fs');
const secret = (name) => fs.readFileSync('/secrets/' + name, 'utf8').trim();
const members = process.env.MEMBERS.split(',');
const UNAUTHORIZED = 13, ALREADY_INITIALIZED = 23, USER_EXISTS = 51003;

/** Runs a command on a database; that it was done before, as one of these codes says, is no error. */
function run(database, command, codes) {
  try {
    database.runCommand(command);
    print('mas: did ' + Object.keys(command)[0]);
  } catch (e) {
    if (!codes.includes(e.code)) throw e;
  }
}

function direct(host) {
  return new Mongo('mongodb://' + host + '/?directConnection=true&serverSelectionTimeoutMS=2000').getDB('admin');
}

// Who comes from here may do this much while there is no user yet.
const local = direct('127.0.0.1:27017');

if (!local.hello().setName) {
  // A volume that was lost must not become a set of its own beside that of the others, who will take this member in again.
  for (const host of members.slice(1)) {
    if (direct(host).hello().setName) throw new Error('mas: waits for the set that ' + host + ' belongs to');
  }
  run(local, {replSetInitiate: {_id: 'mas', members: [{_id: 0, host: members[0]}]}}, [ALREADY_INITIALIZED, UNAUTHORIZED]);
}
if (!local.hello().primary) throw new Error('mas: waits for a primary');
if (local.hello().isWritablePrimary) {
  run(local, {createUser: 'root', pwd: secret('root-password'), roles: ['root']}, [UNAUTHORIZED, USER_EXISTS]);
}

const set = new Mongo('mongodb://root:' + secret('root-password') + '@' + members.join(',') + '/admin?replicaSet=mas');
run(set.getDB('mas'), {createUser: 'mas', pwd: secret('password'), roles: ['readWrite', 'dbAdmin']}, [USER_EXISTS]);

for (const host of members) {
  const config = set.getDB('admin').runCommand({replSetGetConfig: 1}).config;
  if (config.members.some((member) => member.host === host)) continue;
  config.members.push({_id: Math.max(...config.members.map((member) => member._id)) + 1, host: host});
  config.version += 1;
  run(set.getDB('admin'), {replSetReconfig: config}, []);
}
