'use strict';

/*
 * One listener of the official Node.js client. Started by NodeListenerTest:
 *   node listen.js <host:port> <project> <database> <file with the token> <collection>
 * writes a line for each time the callback is called: the ids of the documents, or an error.
 */
const {readFileSync} = require('node:fs');
const {Firestore} = require('@google-cloud/firestore');
const {OAuth2Client} = require('google-auth-library');

const [address, project, database, tokenFile, collection] = process.argv.slice(2);
const [host, port] = address.split(':');
const token = () => readFileSync(tokenFile, 'utf8');

const authClient = new OAuth2Client();
authClient.refreshHandler = async () => ({access_token: token(), expiry_date: Date.now() + 3_000_000});

const db = new Firestore({
  projectId: project,
  databaseId: database,
  host,
  port: Number(port),
  ssl: false,
  authClient,
  // gRPC over plaintext takes no call credentials, so the token is a header. Headers of a method are asked for anew with each of its calls.
  listen: {
    customHeaders: {
      get authorization() {
        return `Bearer ${token()}`;
      },
    },
  },
});

db.collection(collection).onSnapshot(
  snapshot => console.log(snapshot.docs.map(doc => doc.id).join(' ')),
  error => console.log(`error ${/Error (\d+)/.exec(String(error))?.[1] ?? error.code}`)
);
process.stdin.on('end', () => process.exit(0)).resume();
