// A webhook for tests that speaks HTTP/2: http2_server.js CERTIFICATE KEY
//
// Prints its port of loopback as its first line. It answers {"found":false} to COUNT requests once
// it has all of them, COUNT being a line on its standard input, and then prints how many connections
// they came by. It ends when its input does.

const fs = require('fs');
const http2 = require('http2');
const readline = require('readline');

let connections = 0;
let expected = Infinity;
const waiting = [];

function answerWhenAllAreHere() {
  if (waiting.length < expected) return;
  for (const stream of waiting) {
    stream.respond({':status': 200});
    stream.end('{"found":false}');
  }
  console.log(connections);
}

const server = http2.createSecureServer({
  cert: fs.readFileSync(process.argv[2]),
  key: fs.readFileSync(process.argv[3]),
});
server.on('session', () => connections++);
server.on('stream', (stream) => {
  stream.resume();
  stream.on('end', () => {
    waiting.push(stream);
    answerWhenAllAreHere();
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));

readline.createInterface({input: process.stdin})
    .on('line', (line) => {
      expected = Number(line);
      answerWhenAllAreHere();
    })
    .on('close', () => process.exit());
