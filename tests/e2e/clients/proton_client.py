"""A client made with qpid-proton. The same task and events as rhea_client.js."""

import json
import sys
import threading

from proton import Message, SSLDomain
from proton.handlers import MessagingHandler
from proton.reactor import ApplicationEvent, Container, EventInjector


def say(event, **fields):
    print(json.dumps({'event': event, **fields}), flush=True)


class Client(MessagingHandler):

    def __init__(self, task):
        super().__init__()
        self._task = task
        self._released = EventInjector()
        self._told = False
        self._received = False

    def on_start(self, event):
        task = self._task
        tls = SSLDomain(SSLDomain.MODE_CLIENT)
        tls.set_trusted_ca_db(task['ca'])
        tls.set_peer_authentication(SSLDomain.VERIFY_PEER_NAME)
        event.container.selectable(self._released)
        self._connection = event.container.connect(
            f'amqps://localhost:{task["port"]}', user=task['username'],
            password=task['password'], allowed_mechs=task['mechanism'],
            ssl_domain=tls, reconnect=False, heartbeat=0)

    def on_connection_opened(self, event):
        say('connected', mechanism=event.transport.sasl().mech)
        event.container.create_receiver(event.connection, self._task['queue'])
        event.container.create_sender(event.connection, self._task['queue'])

    def on_sendable(self, event):
        if not self._told:
            self._told = True
            event.sender.send(Message(self._task['message']))

    def on_message(self, event):
        body = event.message.body
        self._received = True
        say('received', body=bytes(body).decode() if isinstance(body, memoryview) else str(body))
        threading.Thread(target=self._wait_for_release, daemon=True).start()

    def _wait_for_release(self):
        sys.stdin.readline()
        self._released.trigger(ApplicationEvent('released'))

    def on_released(self, event):
        self._connection.close()
        self._released.close()

    def on_transport_error(self, event):
        self._refuse(event.transport.condition)

    def on_connection_error(self, event):
        self._refuse(event.connection.remote_condition)

    def on_link_error(self, event):
        self._refuse(event.link.remote_condition)

    def on_session_error(self, event):
        self._refuse(event.session.remote_condition)

    def on_connection_closed(self, event):
        say('closed')

    def _refuse(self, condition):
        say('refused', condition=condition.name, description=condition.description)
        self._connection.close()
        self._released.close()


def main():
    task = json.loads(sys.stdin.readline())
    Container(Client(task)).run()


if __name__ == '__main__':
    main()
