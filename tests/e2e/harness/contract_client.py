"""A broker of the contract's own words: the Handshake and Exchange calls, over Python's gRPC.

Nothing here is of the SDK. What the service sends is checked as it comes in: its
place in the connection, its frames, their size.
"""

import collections
import queue
import threading
import time

import grpc

from harness import sasl_frames
from harness.stubs import wire, wire_rpc

TIMEOUT = 20


def context(listener='default', tls=True, certificate=b'', bindings=(), **fields):
    """A ConnectionContext. `bindings`: pairs of type and data."""
    if tls:
        fields['tls'] = wire.TlsContext(
            server_name='broker.example', version='TLSv1.3', cipher='TLS_AES_256_GCM_SHA384',
            peer_certificate=certificate,
            channel_bindings=[wire.ChannelBinding(type=name, data=data) for name, data in bindings])
    fields.setdefault('remote_address', '192.0.2.7:40000')
    fields.setdefault('local_address', '192.0.2.1:5671')
    return wire.ConnectionContext(listener=listener, **fields)


def connect(address, tls=None):
    """A channel of its own to `address`. `tls`: the key pair of a broker, with the CA of the
    service's certificate."""
    options = [('grpc.use_local_subchannel_pool', 1), ('grpc.enable_http_proxy', 0)]
    if tls is None:
        return grpc.insecure_channel(address, options=options)
    options.append(('grpc.ssl_target_name_override', 'localhost'))
    return grpc.secure_channel(address, grpc.ssl_channel_credentials(
        tls.ca.read_bytes(), tls.key.read_bytes(), tls.certificate.read_bytes()), options=options)


class NoAnswer(Exception):
    """The service did not say in time what was waited for, or said something else."""


class Call:
    """A bidirectional call whose answers are collected as they come in. Thread-safe."""

    def __init__(self, start):
        self._requests = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._ended = False
        self._call = start(iter(self._requests.get, None))
        threading.Thread(target=self._read, daemon=True).start()

    def write(self, request):
        """`request`: a message, or the bytes of something that is none."""
        self._requests.put(request)

    def half_close(self):
        self._requests.put(None)

    def cancel(self):
        self._call.cancel()
        # Ends the thread of gRPC's that waits for requests.
        self._requests.put(None)

    def status(self):
        """The call's status, once the service has ended it."""
        self._wait(lambda: self._ended, 'end the call')
        return self._call.code()

    def _read(self):
        try:
            for response in self._call:
                with self._changed:
                    self._take(response)
                    self._changed.notify_all()
        except grpc.RpcError:
            pass
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _take(self, response):
        raise NotImplementedError

    def _wait(self, condition, what):
        """What `condition` gives, once that is true; it is called under the lock."""
        deadline = time.monotonic() + TIMEOUT
        with self._changed:
            while not (found := condition()):
                left = deadline - time.monotonic()
                if self._ended or left <= 0:
                    state = f'ended with {self._call.code()}' if self._ended else 'is open'
                    raise NoAnswer(f'the service did not {what}; the call {state}')
                self._changed.wait(left)
            return found


def _serialize(message):
    return message if isinstance(message, bytes) else message.SerializeToString()


class Stream(Call):
    """One Handshake call."""

    def __init__(self, channel):
        self._outputs = collections.defaultdict(collections.deque)
        self._last_id = 0
        self.response_sizes = []
        super().__init__(channel.stream_stream(
            '/sallyport.v1.Authenticator/Handshake', request_serializer=_serialize,
            response_deserializer=self._parse))

    def send(self, *inputs):
        """One batch."""
        self.write(wire.HandshakeRequest(inputs=inputs))

    def connection(self, connection_id=None):
        """A connection that nothing was said of yet."""
        if connection_id is None:
            self._last_id += 1
            connection_id = self._last_id
        return Connection(self, connection_id)

    def open(self, connection_context, received=b'', resume_token=b'', connection_id=None):
        connection = self.connection(connection_id)
        self.send(connection.input(open=connection_context, received=received,
                                   resume_token=resume_token))
        return connection

    def pass_by(self, connection_context=None):
        """Waits until the service has taken everything that was sent before."""
        marker = self.open(connection_context or context())
        marker.read_output()
        marker.send_closed()

    def next_output(self, connection_id):
        return self._wait(lambda: self._outputs[connection_id],
                          f'answer connection {connection_id}').popleft()

    def unread(self, connection_id):
        """What came for the connection and was not read yet."""
        with self._changed:
            return list(self._outputs[connection_id])

    def _parse(self, data):
        self.response_sizes.append(len(data))
        return wire.HandshakeResponse.FromString(data)

    def _take(self, response):
        for output in response.outputs:
            self._outputs[output.connection_id].append(output)


class Connection:
    """One client's connection, as the broker sees it. Not thread-safe."""

    def __init__(self, stream, connection_id):
        self._stream = stream
        self.id = connection_id
        self.consumed = 0
        self.token = b''
        self.sent = b''
        self._unread = b''
        self._outcome = None

    def input(self, **fields):
        return wire.ConnectionInput(connection_id=self.id, **fields)

    def send(self, received):
        self._stream.send(self.input(received=received))

    def send_closed(self):
        self._stream.send(self.input(closed=True))

    def read_output(self):
        """The next output. Its bytes can be read as frames afterwards."""
        if self._outcome is not None:
            raise NoAnswer(f'connection {self.id} has ended: {self._outcome}')
        output = self._stream.next_output(self.id)
        if output.consumed < self.consumed:
            raise NoAnswer(f'consumed fell from {self.consumed} to {output.consumed}')
        self.consumed = output.consumed
        self.sent += output.to_send
        self._unread += output.to_send
        if output.HasField('outcome'):
            self._outcome = output.outcome
            if output.resume_token:
                raise NoAnswer('a resume token came with an outcome')
        else:
            self.token = output.resume_token
        return output

    def read_header(self):
        while len(self._unread) < 8:
            self.read_output()
        header, self._unread = self._unread[:8], self._unread[8:]
        return header

    def read_frame(self):
        while not self._unread:
            self.read_output()
        found, self._unread = sasl_frames.read_frame(self._unread)
        return found

    def read_greeting(self):
        """The mechanisms, behind the header."""
        if self.read_header() != sasl_frames.SASL_HEADER:
            raise NoAnswer(f'not the SASL header: {self.sent.hex()}')
        found = self.read_frame()
        if not isinstance(found, sasl_frames.Mechanisms):
            raise NoAnswer(f'wanted the mechanisms, got {found}')
        return found.names

    def read_challenge(self):
        found = self.read_frame()
        if not isinstance(found, sasl_frames.Challenge):
            raise NoAnswer(f'wanted a challenge, got {found}; {self._outcome}')
        return found.data

    def read_outcome(self):
        """(the outcome, the frames that are to be sent before it is acted on)"""
        while self._outcome is None:
            self.read_output()
        frames = []
        while self._unread:
            found, self._unread = sasl_frames.read_frame(self._unread)
            frames.append(found)
        return self._outcome, frames

    def unread(self):
        """The outputs that the service has sent, and nobody has read."""
        return self._stream.unread(self.id)


class Exchange(Call):
    """One Exchange call."""

    def __init__(self, channel):
        self._responses = collections.deque()
        super().__init__(channel.stream_stream(
            '/sallyport.v1.Authenticator/Exchange', request_serializer=_serialize,
            response_deserializer=wire.ExchangeResponse.FromString))

    def start(self, mechanism, initial_response=None, connection_context=None, **fields):
        if initial_response is not None:
            fields['initial_response'] = initial_response
        self.write(wire.ExchangeRequest(start=wire.ExchangeStart(
            context=connection_context or context(), mechanism=mechanism, **fields)))

    def respond(self, response):
        self.write(wire.ExchangeRequest(response=response))

    def read(self):
        return self._wait(lambda: self._responses, 'answer the exchange').popleft()

    def read_challenge(self):
        response = self.read()
        if response.WhichOneof('message') != 'challenge':
            raise NoAnswer(f'wanted a challenge, got {response}')
        return response.challenge

    def read_outcome(self):
        response = self.read()
        if response.WhichOneof('message') != 'outcome':
            raise NoAnswer(f'wanted an outcome, got {response}')
        if response.resume_token:
            raise NoAnswer('a resume token came with an outcome')
        return response.outcome

    def unread(self):
        with self._changed:
            return list(self._responses)

    def _take(self, response):
        self._responses.append(response)


def list_mechanisms(channel, **request):
    return wire_rpc.AuthenticatorStub(channel).ListMechanisms(
        wire.ListMechanismsRequest(**request), timeout=TIMEOUT)
