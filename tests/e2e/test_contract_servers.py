"""Every gRPC server here has health checking (for "" and for each service's full name) and
reflection."""

import grpc

from harness.contract_case import ContractCase
from harness.contract_client import connect
from harness.stubs import health, health_rpc, reflection, reflection_rpc


class Servers(ContractCase):

    users = {}

    def servers(self):
        """(a channel, the service that it is for)"""
        yield self.channel, 'sallyport.v1.Authenticator'
        admin = connect(f'unix:{self.service.admin_socket}')
        self.addCleanup(admin.close)
        yield admin, 'sallyport.v1.Admin'

    def ask(self, channel, **question):
        answers = reflection_rpc.ServerReflectionStub(channel).ServerReflectionInfo(
            iter([reflection.ServerReflectionRequest(**question)]), timeout=30)
        return next(answers)

    def test_answer_for_their_health(self):
        for channel, name in self.servers():
            for asked in ('', name):
                answer = health_rpc.HealthStub(channel).Check(
                    health.HealthCheckRequest(service=asked), timeout=30)
                self.assertEqual(answer.status, health.HealthCheckResponse.SERVING, (name, asked))

    def test_know_nothing_of_a_service_that_is_not_theirs(self):
        for channel, _ in self.servers():
            with self.assertRaises(grpc.RpcError) as refused:
                health_rpc.HealthStub(channel).Check(
                    health.HealthCheckRequest(service='sallyport.v1.Other'), timeout=30)
            self.assertEqual(refused.exception.code(), grpc.StatusCode.NOT_FOUND)

    def test_list_their_services_by_reflection(self):
        for channel, name in self.servers():
            listed = self.ask(channel, list_services='').list_services_response.service
            self.assertLessEqual({name, 'grpc.health.v1.Health'},
                                 {service.name for service in listed})

    def test_describe_their_services_by_reflection(self):
        for channel, name in self.servers():
            described = self.ask(channel, file_containing_symbol=name)
            files = described.file_descriptor_response.file_descriptor_proto
            self.assertTrue(files, name)
            short_name = name.rpartition('.')[2].encode()
            self.assertTrue(any(short_name in file for file in files))
