'use strict';
// A client made with rhea. Reads its task as one line of JSON, prints each event
// as one, and after "received" keeps its connection until it is sent a line.
//
// Task: {port, ca, mechanism, username, password, token, queue, message, certificate, key};
// the last two are for EXTERNAL alone, the token for XOAUTH2. Events: connected {mechanism}, received
// {body}, closed; refused {condition, description}; failed {description}; and
// server-verified, when a server of SCRAM or DIGEST-MD5 has proved that it knows the
// password.

const fs = require('fs');
const readline = require('readline');
const rhea = require('rhea');
const { GsaslClient } = require('./gsasl_client.js');

function say(event, fields) {
  process.stdout.write(JSON.stringify({ event, ...fields }) + '\n');
}

function end(event, fields) {
  say(event, fields);
  process.exit(0);
}

function connectionOptions(task) {
  const options = {
    host: 'localhost', port: task.port, transport: 'tls', reconnect: false, idle_time_out: 0,
    ca: [fs.readFileSync(task.ca)], servername: 'localhost', rejectUnauthorized: true,
  };
  if (task.mechanism === 'PLAIN') {
    return { ...options, username: task.username, password: task.password };
  }
  if (task.mechanism === 'XOAUTH2') {
    return { ...options, username: task.username, token: task.token };
  }
  if (task.mechanism === 'ANONYMOUS') {
    return { ...options, username: task.username };
  }
  if (task.mechanism === 'EXTERNAL') {
    return {
      ...options, enable_sasl_external: true,
      cert: fs.readFileSync(task.certificate), key: fs.readFileSync(task.key),
    };
  }
  const gsasl = new GsaslClient(task.mechanism, task.username, task.password);
  return { ...options, gsasl, sasl_mechanisms: { [task.mechanism]: gsasl } };
}

// rhea keeps the outcome's additional-data to itself. The server's proof is there,
// and a client that ignores it has not authenticated the server.
function verifyServerFinal(connection, gsasl) {
  const transport = connection.sasl_transport;
  const onOutcome = transport.on_sasl_outcome.bind(transport);
  transport.on_sasl_outcome = (frame) => {
    onOutcome(frame);
    if (frame.performative.code !== 0) {
      gsasl.close();
      return;
    }
    gsasl.finish(frame.performative.additional_data, (error) => {
      if (error) {
        say('failed', { description: error });
        process.exit(1);
      }
      say('server-verified', {});
    });
  };
}

function run(task, lines) {
  const container = rhea.create_container();
  const connection = container.connect(connectionOptions(task));
  if (/^(SCRAM|DIGEST)-/.test(task.mechanism)) verifyServerFinal(connection, connection.options.gsasl);
  connection.on('connection_open', () => {
    say('connected', { mechanism: connection.sasl_transport.mechanism_name });
    connection.open_receiver({ source: task.queue });
    connection.open_sender({ target: task.queue });
  });
  connection.once('sendable', (context) => context.sender.send({ body: task.message }));
  connection.on('message', (context) => {
    say('received', { body: String(context.message.body) });
    lines.next().then(() => connection.close());
  });
  for (const trouble of ['connection_error', 'session_error', 'sender_error', 'receiver_error',
    'error', 'protocol_error']) {
    connection.on(trouble, (context) => {
      const error = context.connection ? context.connection.error || context.error : context;
      end('refused', {
        condition: error && error.condition ? error.condition : trouble,
        description: error && error.description ? error.description : String(error),
      });
    });
  }
  connection.on('disconnected', () => end('refused', { condition: 'disconnected', description: '' }));
  connection.on('connection_close', () => end('closed', {}));
}

const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
lines.next().then(({ value }) => run(JSON.parse(value), lines));
