'use strict';
// A SASL mechanism for rhea's hook, driven step by step by the gsasl program: a
// SASL implementation that shares no code with Sallyport.
//
// gsasl prints the mechanism's name and then each of its messages in base64 on
// standard output, everything for a person on standard error, and reads the
// server's messages from standard input.

const { spawn } = require('child_process');
const readline = require('readline');

class GsaslClient {
  constructor(mechanism, username, password) {
    this.program = spawn('gsasl', [
      '--client', '--no-cb', `--mechanism=${mechanism}`, `--authentication-id=${username}`,
      `--password=${password}`, '--service=amqp', '--hostname=localhost',
      // DIGEST-MD5 would ask for these.
      '--realm=sallyport', '--quality-of-protection=qop-auth',
    ], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.remarks = '';
    this.program.stderr.on('data', (text) => { this.remarks += text; });
    // A gsasl that has given up reads no more; its end says why.
    this.program.stdin.on('error', () => {});
    this.program.on('error', (error) => this.settle(String(error)));
    this.program.on('close', () => this.settle(`gsasl ended: ${this.remarks.trim()}`));
    const lines = readline.createInterface({ input: this.program.stdout });
    lines.once('line', () => lines.on('line', (line) => this.take(line)));
  }

  // rhea's hook: callback(error, initial response).
  start(callback) {
    this.waiting = callback;
    this.deliver();
  }

  // rhea's hook: callback(error, response).
  step(challenge, callback) {
    this.waiting = callback;
    this.program.stdin.write(`${challenge.toString('base64')}\n`);
  }

  // Hands gsasl the server's last message; callback(error), undefined if gsasl
  // finds that the server knows the password.
  finish(data, callback) {
    if (!data) {
      callback('the outcome carries no additional-data');
      return;
    }
    this.finishing = true;
    this.waiting = (error) => callback(/server trusted/.test(this.remarks) ? undefined : error);
    // It asks for one more message, of which there is none.
    this.program.stdin.end(`${data.toString('base64')}\n\n`);
  }

  close() {
    this.program.kill();
  }

  take(line) {
    this.message = Buffer.from(line, 'base64');
    this.deliver();
  }

  deliver() {
    if (!this.waiting || this.message === undefined || this.finishing) return;
    const { message } = this;
    this.message = undefined;
    this.settle(undefined, message);
  }

  settle(error, message) {
    const callback = this.waiting;
    this.waiting = undefined;
    if (callback) callback(error, message);
  }
}

module.exports = { GsaslClient };
