// Makes the replica set, its users, and members that are new; what is there already stays. Ends with an error, and is started
// again, until all is there.
const fs = require('fs');
const secret = (name) => fs.readFileSync(`/secrets/${name}`, 'utf8').trim();
const members = process.env.MEMBERS.split(',');
const ALREADY_INITIALIZED = 23, UNAUTHORIZED = 13, USER_EXISTS = 51003;

/** Does something; that it was done before is no error. */
function once(what, codes, action) {
  try {
    action();
    print(`mas: ${what}`);
  } catch (e) {
    if (!codes.includes(e.code)) throw e;
  }
}

const direct = (host) => new Mongo(`mongodb://${host}/?directConnection=true&serverSelectionTimeoutMS=2000`).getDB('admin');
const local = direct('127.0.0.1:27017'); // who comes from here may do this much while there is no user yet

if (!local.hello().setName) {
  // A volume that was lost must not become a set of its own beside that of the others, who will take this member in again.
  const others = members.slice(1).filter((host) => direct(host).hello().setName);
  if (others.length > 0) throw new Error(`mas: waits for the set that ${others[0]} belongs to`);
  once('made the replica set', [ALREADY_INITIALIZED, UNAUTHORIZED], () =>
    local.runCommand({replSetInitiate: {_id: 'mas', members: [{_id: 0, host: members[0]}]}}));
}
if (!local.hello().primary) throw new Error('mas: waits for a primary');
if (local.hello().isWritablePrimary) {
  once('made the user root', [UNAUTHORIZED, USER_EXISTS], () =>
    local.createUser({user: 'root', pwd: secret('root-password'), roles: ['root']}));
}

const root = `mongodb://root:${secret('root-password')}@${members.join(',')}/admin?replicaSet=mas`;
const set = new Mongo(root);
once('made the user mas', [USER_EXISTS], () =>
  set.getDB('mas').createUser({user: 'mas', pwd: secret('password'), roles: ['readWrite', 'dbAdmin']}));

for (const host of members) {
  const {config} = set.getDB('admin').runCommand({replSetGetConfig: 1});
  if (config.members.some((member) => member.host === host)) continue;
  const id = Math.max(...config.members.map((member) => member._id)) + 1;
  config.members.push({_id: id, host});
  config.version += 1;
  set.getDB('admin').runCommand({replSetReconfig: config});
  print(`mas: ${host} is a member now`);
}
