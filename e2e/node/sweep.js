'use strict';

/*
 * The non-streaming calls of the official Node.js client, one row each. Started by NodeSweepTest:
 *   node sweep.js <host:port> <project> <database> <token> <grpc|rest>
 * writes one JSON line {"name", "result"} for each row. A result holds nothing that differs between two equal runs.
 */
const {
  AggregateField,
  FieldPath,
  FieldValue,
  Filter,
  Firestore,
  GeoPoint,
  Timestamp,
} = require('@google-cloud/firestore');
const {OAuth2Client} = require('google-auth-library');

const [address, project, database, token, transport] = process.argv.slice(2);
const [host, port] = address.split(':');

/** The credential object an application hands over: a token of its own in place of Google's. */
function authClient() {
  const client = new OAuth2Client();
  client.refreshHandler = async () => ({access_token: token, expiry_date: Date.now() + 3_000_000});
  return client;
}

const settings = {
  projectId: project,
  databaseId: database,
  host,
  port: Number(port),
  ssl: false,
  preferRest: transport === 'rest',
};
// gRPC over plaintext takes no call credentials, so there the token is a header too, as for a sidecar.
const db = new Firestore({
  ...settings,
  authClient: authClient(),
  ...(transport === 'rest' ? {} : {customHeaders: {authorization: `Bearer ${token}`}}),
});

/** One text for a value: keys sorted, times of now and made ids replaced. */
function show(value) {
  if (value === undefined) return 'undefined';
  if (value === null) return 'null';
  if (value instanceof Timestamp) {
    return Math.abs(Date.now() - value.toMillis()) < 3_600_000 ? 'now' : `time(${value.toDate().toISOString()})`;
  }
  if (value instanceof GeoPoint) return `geo(${value.latitude}, ${value.longitude})`;
  if (Buffer.isBuffer(value)) return `bytes(${value.toString('base64')})`;
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') return JSON.stringify(value.replace(/^[A-Za-z0-9]{20}$/, 'made'));
  if (typeof value === 'object') {
    if (typeof value.toArray === 'function') return `vector(${value.toArray().join(', ')})`;
    if (typeof value.path === 'string' && typeof value.get === 'function') return `ref(${value.path})`;
    const keys = Object.keys(value).sort();
    return `{${keys.map(key => `${key}: ${show(value[key])}`).join(', ')}}`;
  }
  return String(value);
}

const doc = snapshot => (snapshot.exists ? `${snapshot.ref.path} ${show(snapshot.data())}` : `${snapshot.ref.path} missing`);
const docs = snapshot => snapshot.docs.map(doc).join('; ') || 'no documents';
const things = db.collection('things');

const converter = {
  toFirestore: thing => ({rank: thing.rank, kind: `was ${thing.label}`}),
  fromFirestore: snapshot => ({label: snapshot.get('kind'), rank: snapshot.get('rank'), converted: true}),
};

/** Increments a counter in a transaction. */
function bump(reference) {
  return db.runTransaction(async transaction => {
    const snapshot = await transaction.get(reference);
    const n = (snapshot.get('n') || 0) + 1;
    transaction.set(reference, {n});
    return n;
  });
}

const rows = [
  ['create', () => things.doc('a').create({kind: 'x', rank: 1, tags: ['red', 'blue'], nested: {n: 1, m: 2}})],
  ['create again', () => things.doc('a').create({kind: 'x'})],
  ['get', async () => doc(await things.doc('a').get())],
  ['get a missing document', async () => doc(await things.doc('gone').get())],
  [
    'set every type of value',
    async () => {
      await things.doc('types').set({
        none: null, yes: true, int: 7, double: 1.5, nan: NaN, inf: -Infinity, text: 'ünïcödé 😀', empty: '',
        time: new Timestamp(1_700_000_000, 123_456_000), bytes: Buffer.from([0, 1, 255]), geo: new GeoPoint(48.85, 2.35),
        ref: things.doc('a'), list: [1, 'two', {three: 3}, null], map: {'key with spaces': 1, 'dotted.key': 2},
        emptyList: [], emptyMap: {}, vector: FieldValue.vector([0.5, -2, 3]), at: FieldValue.serverTimestamp(),
      });
      return doc(await things.doc('types').get());
    },
  ],
  ['set', () => things.doc('b').set({kind: 'x', rank: 2, tags: ['blue']})],
  ['set with merge', async () => {
    await things.doc('b').set({nested: {n: 2}}, {merge: true});
    return doc(await things.doc('b').get());
  }],
  ['set with mergeFields', async () => {
    await things.doc('b').set({rank: 3, kind: 'ignored'}, {mergeFields: ['rank']});
    return doc(await things.doc('b').get());
  }],
  ['add', async () => show((await db.collection('added').add({n: 1})).id)],
  ['update', async () => {
    await things.doc('a').update({rank: 10, 'nested.n': 11, extra: 'new'});
    return doc(await things.doc('a').get());
  }],
  ['update a missing document', () => things.doc('gone').update({a: 1})],
  ['update with a precondition that fails', () => things.doc('a').update({a: 1}, {lastUpdateTime: new Timestamp(1, 0)})],
  ['field values', async () => {
    await things.doc('a').update({
      rank: FieldValue.increment(5), tags: FieldValue.arrayUnion('white'), extra: FieldValue.delete(), at: FieldValue.serverTimestamp(),
    });
    await things.doc('a').update({tags: FieldValue.arrayRemove('red')});
    return doc(await things.doc('a').get());
  }],
  ['batch', async () => {
    const results = await db.batch()
      .create(things.doc('c'), {kind: 'y', rank: 4})
      .set(things.doc('d'), {kind: 'z', rank: 5})
      .update(things.doc('b'), {rank: 6})
      .delete(things.doc('types'))
      .commit();
    return `${results.length} written`;
  }],
  ['batch that fails', () => db.batch().set(things.doc('e'), {n: 1}).update(things.doc('gone'), {n: 1}).commit()],
  ['nothing of the failed batch', async () => doc(await things.doc('e').get())],
  ['getAll', async () => (await db.getAll(things.doc('c'), things.doc('gone'), things.doc('a'))).map(doc).join('; ')],
  ['getAll with a mask', async () =>
    (await db.getAll(things.doc('a'), things.doc('b'), {fieldMask: ['kind', 'nested.n']})).map(doc).join('; ')],
  ['withConverter: set and get', async () => {
    const reference = db.doc('converted/one').withConverter(converter);
    await reference.set({label: 'first', rank: 1});
    return show((await reference.get()).data());
  }],
  ['withConverter: query', async () => show((await db.collection('converted').withConverter(converter).get()).docs.map(each => each.data()))],
  ['query: all', async () => docs(await things.get())],
  ['query: equality', async () => docs(await things.where('kind', '==', 'x').get())],
  ['query: range', async () => docs(await things.where('rank', '>', 4).where('rank', '<=', 6).get())],
  ['query: in', async () => docs(await things.where('kind', 'in', ['y', 'z']).get())],
  ['query: not-in', async () => docs(await things.where('kind', 'not-in', ['y', 'z']).get())],
  ['query: !=', async () => docs(await things.where('kind', '!=', 'x').get())],
  ['query: array-contains', async () => docs(await things.where('tags', 'array-contains', 'blue').get())],
  ['query: array-contains-any', async () => docs(await things.where('tags', 'array-contains-any', ['white', 'none']).get())],
  ['query: or', async () => docs(await things.where(Filter.or(Filter.where('kind', '==', 'z'), Filter.where('rank', '==', 4))).get())],
  ['query: and of ors', async () =>
    docs(await things.where(Filter.and(
      Filter.or(Filter.where('kind', '==', 'x'), Filter.where('kind', '==', 'y')), Filter.where('rank', '>', 4))).get())],
  ['query: document id', async () => docs(await things.where(FieldPath.documentId(), '>=', 'c').get())],
  ['query: orderBy desc', async () => docs(await things.orderBy('rank', 'desc').select('rank').get())],
  ['query: two orders', async () => docs(await things.orderBy('kind').orderBy('rank', 'desc').select('rank').get())],
  ['query: limit and offset', async () => docs(await things.orderBy('rank').offset(1).limit(2).select('rank').get())],
  ['query: limitToLast', async () => docs(await things.orderBy('rank').limitToLast(2).select('rank').get())],
  ['query: startAt, endBefore', async () => docs(await things.orderBy('rank').startAt(5).endBefore(15).select('rank').get())],
  ['query: startAfter a snapshot', async () => docs(await things.orderBy('rank').startAfter(await things.doc('c').get()).select('rank').get())],
  ['query: select nothing', async () => docs(await things.select().get())],
  ['query: nothing found', async () => docs(await things.where('rank', '>', 1000).get())],
  ['query: too many disjunctions', () => things.where('kind', 'in', Array.from({length: 31}, (_, i) => i)).get()],
  ['query: stream', async () => {
    const found = [];
    for await (const snapshot of things.stream()) found.push(snapshot.id);
    return found.join(', ');
  }],
  ['collection group', async () => {
    await db.batch().set(db.doc('things/a/parts/p1'), {size: 1}).set(db.doc('others/o/parts/p2'), {size: 2}).commit();
    return docs(await db.collectionGroup('parts').where('size', '>', 0).get());
  }],
  ['collection group: getPartitions', async () => {
    let count = 0;
    for await (const partition of db.collectionGroup('parts').getPartitions(3)) count += partition ? 1 : 0;
    return `${count} partitions`;
  }],
  ['count', async () => show((await things.count().get()).data())],
  ['count, sum, average', async () =>
    show((await things.where('rank', '<', 100).aggregate({
      n: AggregateField.count(), sum: AggregateField.sum('rank'), mean: AggregateField.average('rank'),
    }).get()).data())],
  ['average of nothing', async () => show((await db.collection('none').aggregate({mean: AggregateField.average('a')}).get()).data())],
  ['findNearest', async () => {
    await db.batch()
      .set(db.doc('points/a'), {v: FieldValue.vector([1, 0])})
      .set(db.doc('points/b'), {v: FieldValue.vector([0, 1])})
      .set(db.doc('points/c'), {v: FieldValue.vector([0.5, 0.5])}).commit();
    const found = await db.collection('points')
      .findNearest({vectorField: 'v', queryVector: [1, 0.1], limit: 2, distanceMeasure: 'EUCLIDEAN', distanceResultField: 'far'}).get();
    return found.docs.map(each => `${each.id} ${each.get('far').toFixed(6)}`).join(', ');
  }],
  ['explain', async () => {
    const result = await things.where('kind', '==', 'x').explain({analyze: true});
    return `${result.snapshot ? result.snapshot.size : 'no'} documents, metrics ${result.metrics ? 'given' : 'absent'}`;
  }],
  ['listDocuments', async () => {
    await db.doc('ghosts/g/parts/p').set({n: 1});
    return (await db.collection('ghosts').listDocuments()).map(each => each.path).join(', ');
  }],
  ['listCollections of the root', async () => (await db.listCollections()).map(each => each.id).sort().join(', ')],
  ['listCollections of a document', async () => (await things.doc('a').listCollections()).map(each => each.id).join(', ')],
  ['bulkWriter', async () => {
    const writer = db.bulkWriter();
    const failed = [];
    writer.onWriteError(error => {
      failed.push(error.code);
      return false;
    });
    const outcomes = [];
    for (let i = 0; i < 45; i++) outcomes.push(writer.set(db.doc(`bulk/d${i}`), {i}));
    outcomes.push(writer.update(db.doc('bulk/gone'), {i: 1}).catch(() => {}));
    await writer.close();
    await Promise.all(outcomes);
    return `${(await db.collection('bulk').count().get()).data().count} written, failed ${failed}`;
  }],
  ['recursiveDelete', async () => {
    await db.doc('bulk/d1/parts/p').set({n: 1});
    await db.recursiveDelete(db.collection('bulk'));
    return `${(await db.collection('bulk').count().get()).data().count} left`;
  }],
  ['transaction: read and write', async () => show(await bump(db.doc('counters/one')))],
  ['transaction: write only', async () => {
    await db.runTransaction(async transaction => {
      transaction.set(db.doc('counters/two'), {n: 1});
    });
    return doc(await db.doc('counters/two').get());
  }],
  ['transaction: query inside', () => db.runTransaction(async transaction => docs(await transaction.get(things.where('kind', '==', 'x'))))],
  ['transaction: count inside', () => db.runTransaction(async transaction => show((await transaction.get(things.count())).data()))],
  ['transaction: getAll inside', () =>
    db.runTransaction(async transaction => (await transaction.getAll(things.doc('a'), things.doc('gone'))).map(doc).join('; '))],
  ['transaction: read-only', () => db.runTransaction(async transaction => doc(await transaction.get(things.doc('c'))), {readOnly: true})],
  ['transaction: given up by the caller', () => db.runTransaction(async transaction => {
    await transaction.get(things.doc('a'));
    transaction.set(things.doc('never'), {n: 1});
    throw new Error('no');
  })],
  ['transaction: nothing of the one given up', async () => doc(await things.doc('never').get())],
  ['transaction: conflicts are retried', async () => {
    await Promise.all([1, 2, 3].map(() => bump(db.doc('counters/contended'))));
    return doc(await db.doc('counters/contended').get());
  }],
  ['delete', async () => {
    await things.doc('a').delete();
    return doc(await things.doc('a').get());
  }],
  ['delete a missing document', () => things.doc('a').delete()],
  ['delete with exists: true', () => things.doc('a').delete({exists: true})],
];

/** The gRPC status of an error, whichever transport it came by. */
function status(error) {
  return `fails: ${error.code === undefined ? error.message : error.code}`;
}

async function main() {
  for (const [name, run] of rows) {
    let result;
    try {
      const value = await run();
      result = typeof value === 'string' ? value : 'done';
    } catch (error) {
      result = status(error);
    }
    process.stdout.write(`${JSON.stringify({name, result})}\n`);
  }
  await db.terminate();
}

main().then(
  () => process.exit(0),
  error => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
