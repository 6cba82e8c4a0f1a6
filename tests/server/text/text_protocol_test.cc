// The text protocol, spoken to a running service.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <variant>

#include "asio/connect.hpp"
#include "asio/io_context.hpp"
#include "asio/ip/tcp.hpp"
#include "asio/local/stream_protocol.hpp"
#include "asio/read.hpp"
#include "asio/write.hpp"
#include "core/credentials/key_derivation.h"
#include "core/sasl/mechanism_registry.h"
#include "tests/server/rpc/running_service.h"

namespace sallyport::server {
namespace {

// A client's connection, which blocks.
template <typename Protocol>
class TextClient {
 public:
  explicit TextClient(const typename Protocol::endpoint& endpoint) : socket_(context_) {
    socket_.connect(endpoint);
  }

  void Send(std::string_view bytes) { asio::write(socket_, asio::buffer(bytes)); }

  // SendUntilClosed repeats `bytes`, and reads nothing.
  void SendUntilClosed(std::string_view bytes) {
    std::string many;
    for (int i = 0; i < 1000; ++i) many += bytes;
    asio::error_code error;
    while (!error) asio::write(socket_, asio::buffer(many), error);
  }

  // Expect reads as many bytes as `reply` has, which they must be.
  void Expect(const std::string& reply) { EXPECT_EQ(Data(reply.size()), reply); }

  std::string Data(size_t size) {
    std::string data(size, '\0');
    asio::error_code error;
    data.resize(asio::read(socket_, asio::buffer(data), error));
    return data;
  }

  // Line reads up to CRLF.
  std::string Line() {
    std::string line;
    asio::error_code error;
    for (char c; !line.ends_with("\r\n") && asio::read(socket_, asio::buffer(&c, 1), error) == 1;) {
      line.push_back(c);
    }
    return line;
  }

  void ExpectClosed() {
    char byte = 0;
    asio::error_code error;
    EXPECT_EQ(asio::read(socket_, asio::buffer(&byte, 1), error), 0u);
  }

 private:
  asio::io_context context_;
  typename Protocol::socket socket_;
};

using TcpClient = TextClient<asio::ip::tcp>;

std::string Start(const std::string& mechanism, const std::string& data) {
  return "auth-start " + mechanism + " " + std::to_string(data.size()) + "\r\n" + data + "\r\n";
}

std::string Step(const std::string& data) {
  return "auth-step " + std::to_string(data.size()) + "\r\n" + data + "\r\n";
}

std::string Plain(const std::string& password) {
  return std::string("\0", 1) + kUser + std::string("\0", 1) + password;
}

class TextProtocol : public testing::Test {
 protected:
  static ServerConfig Config() {
    ServerConfig config = ScratchConfig();
    config.text_address = "127.0.0.1:0";
    UseRules(&config, "mechanisms: [SCRAM-SHA-256, PLAIN], allow_password_without_tls: true",
             "listeners: [{name: text}]\n");
    return config;
  }

  static asio::ip::tcp::endpoint EndpointOf(RunningService& running) {
    const std::string address = running.service().text_address();
    return {asio::ip::address_v4::loopback(),
            static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)))};
  }

  RunningService running_{Config()};
  TcpClient client_{EndpointOf(running_)};
};

TEST_F(TextProtocol, ListsMechanisms) {
  client_.Send("auth-list-mechanisms\r\n");
  client_.Expect("AUTH SCRAM-SHA-256 PLAIN\r\n");
}

TEST_F(TextProtocol, LogsInByPlain) {
  client_.Send(Start("PLAIN", Plain(kPassword)));
  client_.Expect("AUTH_OK\r\n");
  // The connection is good for the next client.
  client_.Send(Start("PLAIN", Plain("guess")));
  client_.Expect("AUTH_UNAUTHORIZED\r\n");
  client_.Send(Start("PLAIN", Plain(kPassword)));
  client_.Expect("AUTH_OK\r\n");
}

TEST_F(TextProtocol, AsksForAnInitialResponseThatIsNotThere) {
  client_.Send(Start("PLAIN", ""));
  client_.Expect("AUTH_CONTINUE 0\r\n\r\n");
  client_.Send(Step(Plain(kPassword)));
  client_.Expect("AUTH_OK\r\n");
}

TEST_F(TextProtocol, LogsInByScramAndProvesItselfInAChallenge) {
  const ClientCredentials credentials = {kUser, "", Secret(kPassword)};
  auto mechanism = FindMechanism("SCRAM-SHA-256")
                       ->create_client({.credentials = &credentials, .random = &SystemRandom()});
  ASSERT_TRUE(mechanism.ok());
  auto step = (*mechanism)->Step(std::nullopt);
  client_.Send(Start("SCRAM-SHA-256", *std::get<ClientResponse>(*step).bytes));
  for (int challenges = 0; challenges < 2; ++challenges) {
    const std::string line = client_.Line();
    ASSERT_TRUE(line.starts_with("AUTH_CONTINUE ")) << line;
    const std::string challenge = client_.Data(std::stoul(line.substr(14)));
    client_.Expect("\r\n");
    if (challenges == 1) {
      EXPECT_FALSE((*mechanism)->Finish(challenge).has_value());
      client_.Send(Step(""));
      break;
    }
    step = (*mechanism)->Step(challenge);
    while (std::holds_alternative<NeedDerivation>(*step)) {
      const auto& need = std::get<NeedDerivation>(*step);
      step = (*mechanism)->Resume(need.ticket, Derive(need.work));
    }
    client_.Send(Step(*std::get<ClientResponse>(*step).bytes));
  }
  client_.Expect("AUTH_OK\r\n");
}

TEST_F(TextProtocol, RefusesAMechanismThatIsNotOffered) {
  for (const char* mechanism : {"ANONYMOUS", "plain", "X", "A-NAME-OF-TWENTY-ONE-", "EXTERNAL"}) {
    client_.Send(Start(mechanism, "data"));
    client_.Expect("AUTH_UNAUTHORIZED\r\n");
  }
  client_.Send(Start(std::string(33, 'X'), "data"));
  client_.Expect("BAD_FORMAT\r\n");
  client_.ExpectClosed();
}

TEST_F(TextProtocol, AnswersAStepWithoutAStart) {
  client_.Send(Step("data"));
  client_.Expect("BAD_FORMAT\r\n");
  client_.Send(Start("PLAIN", Plain(kPassword)) + Step("data"));
  client_.Expect("AUTH_OK\r\nBAD_FORMAT\r\n");
  client_.Send("auth-list-mechanisms\r\n");
  client_.Expect("AUTH SCRAM-SHA-256 PLAIN\r\n");
}

TEST_F(TextProtocol, LetsAClientStartOver) {
  client_.Send(Start("PLAIN", ""));
  client_.Expect("AUTH_CONTINUE 0\r\n\r\n");
  client_.Send(Start("PLAIN", Plain(kPassword)));
  client_.Expect("AUTH_OK\r\n");
}

TEST_F(TextProtocol, ClosesBehindWhatItCannotRead) {
  client_.Send("auth-step -1\r\n");
  client_.Expect("BAD_FORMAT\r\n");
  client_.ExpectClosed();
  TcpClient large(EndpointOf(running_));
  large.Send("auth-step 65537\r\n");
  large.Expect("AUTH_DATA_TOO_BIG\r\n");
  large.ExpectClosed();
}

TEST_F(TextProtocol, AnswersPipelinedRequestsInEverySplit) {
  const std::string requests = "auth-list-mechanisms\r\n" + Start("PLAIN", Plain("guess")) +
                               "what?\r\n" + Start("PLAIN", Plain(kPassword)) + Start("PLAIN", "") +
                               Step(Plain(kPassword)) + Step("late") + "auth-list-mechanisms\r\n";
  const std::string replies =
      "AUTH SCRAM-SHA-256 PLAIN\r\nAUTH_UNAUTHORIZED\r\nUNKNOWN_COMMAND\r\nAUTH_OK\r\n"
      "AUTH_CONTINUE 0\r\n\r\nAUTH_OK\r\nBAD_FORMAT\r\nAUTH SCRAM-SHA-256 PLAIN\r\n";
  for (size_t cut = 0; cut <= requests.size(); ++cut) {
    client_.Send(requests.substr(0, cut));
    client_.Send(requests.substr(cut));
    client_.Expect(replies);
  }
}

TEST_F(TextProtocol, ClosesWhenTheTimeIsUp) {
  ServerConfig config = Config();
  config.quotas.handshake_timeout = std::chrono::milliseconds(100);
  RunningService running(config);
  TcpClient silent(EndpointOf(running));
  TcpClient half(EndpointOf(running));
  half.Send("auth-st");
  TcpClient challenged(EndpointOf(running));
  challenged.Send(Start("PLAIN", ""));
  challenged.Expect("AUTH_CONTINUE 0\r\n\r\n");
  silent.ExpectClosed();
  half.ExpectClosed();
  challenged.ExpectClosed();
}

TEST_F(TextProtocol, ClosesAClientThatTakesNoReplies) {
  ServerConfig config = Config();
  config.quotas.handshake_timeout = std::chrono::milliseconds(200);
  RunningService running(config);
  TcpClient client(EndpointOf(running));
  // An exchange is live while its connection cannot write.
  client.Send(Start("PLAIN", ""));
  client.SendUntilClosed("auth-list-mechanisms\r\n");
}

TEST(TextProtocolPlaces, SpeaksOnAUnixSocket) {
  ServerConfig config = ScratchConfig();
  const std::string path =
      std::filesystem::path(StorePath(config)).parent_path().string() + "/text/text.sock";
  config.text_address = "unix:" + path;
  RunningService running(config);
  TextClient<asio::local::stream_protocol> client{asio::local::stream_protocol::endpoint(path)};
  client.Send("auth-list-mechanisms\r\n");
  client.Expect("AUTH SCRAM-SHA-512 SCRAM-SHA-256\r\n");
}

TEST(TextProtocolPlaces, HasAnInternalErrorWhereNoPolicyIsForIt) {
  ServerConfig config = ScratchConfig();
  config.text_address = "127.0.0.1:0";
  UseRules(&config, "", "listeners: [{name: amqps}]\n");
  RunningService running(config);
  const std::string address = running.service().text_address();
  TcpClient client({asio::ip::address_v4::loopback(),
                    static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)))});
  client.Send("auth-list-mechanisms\r\n" + Start("PLAIN", Plain(kPassword)));
  client.Expect("INTERNAL_ERROR\r\nINTERNAL_ERROR\r\n");
}

TEST(TextProtocolPlaces, IsOffUnlessItIsAskedFor) {
  RunningService running;
  EXPECT_EQ(running.service().text_address(), "");
}

TEST(TextProtocolPlaces, RefusesToListenBeyondThisMachine) {
  for (const char* address : {"0.0.0.0:0", "192.0.2.1:0", "[::]:0", "localhost:0", "nonsense"}) {
    ServerConfig config = ScratchConfig();
    config.text_address = address;
    EXPECT_EQ(Service::Start(config).status().code(), absl::StatusCode::kInvalidArgument)
        << address;
  }
}

}  // namespace
}  // namespace sallyport::server
