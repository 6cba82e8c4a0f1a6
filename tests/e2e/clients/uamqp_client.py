"""A client made with uamqp. The same task as rhea_client.js; PLAIN only.

uamqp refuses SASL frames over 512 bytes. Its links do not get on with RabbitMQ
3.10 (it trips over a flow frame without a delivery count), so this client only
logs in and has RabbitMQ open its AMQP connection.
"""

import json
import sys
import time

import uamqp
from uamqp import address, authentication, constants, errors
from uamqp.c_uamqp import ConnectionState

OPEN_SECONDS = 30


class Target(address.Target):
    # uamqp sends the whole URL as a node's address; RabbitMQ wants the path alone.
    hostname = 'localhost'


class Connection(uamqp.Connection):
    opened = False

    def _state_changed(self, previous_state, new_state):
        super()._state_changed(previous_state, new_state)
        self.opened = self.opened or self._state == ConnectionState.OPENED


def say(event, **fields):
    print(json.dumps({'event': event, **fields}), flush=True)


def connect(task):
    client = uamqp.SendClient(
        Target(task['queue']),
        auth=authentication.SASLPlain('localhost', task['username'], task['password'],
                                      port=task['port'], verify=task['ca']),
        # RabbitMQ refuses uamqp's default, "second".
        receive_settle_mode=constants.ReceiverSettleMode.ReceiveAndDelete)
    client.connection_type = Connection
    client.open()
    deadline = time.monotonic() + OPEN_SECONDS
    while not client._connection.opened:
        client.do_work()
        if time.monotonic() > deadline:
            raise errors.AMQPClientShutdown
    return client


def main():
    task = json.loads(sys.stdin.readline())
    try:
        client = connect(task)
    except (errors.AMQPError, errors.AMQPClientShutdown) as error:
        say('refused', condition=type(error).__name__, description=str(error))
        return
    say('connected', mechanism='PLAIN')
    sys.stdin.readline()
    client.close()
    say('closed')


if __name__ == '__main__':
    main()
