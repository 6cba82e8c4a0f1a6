#include "gateway/splice.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <optional>
#include <string>
#include <utility>

#include "tests/gateway/test_peer.h"

namespace sallyport::gateway {
namespace {

// What the kernel may hold for one socket, in each direction; it doubles it.
constexpr int kSocketBuffer = 16 * 1024;

std::string Pattern(size_t size, size_t from = 0) {
  std::string pattern(size, '\0');
  for (size_t i = 0; i < size; ++i) pattern[i] = static_cast<char>((from + i) * 31 >> 3);
  return pattern;
}

// A splice between two sockets whose other ends are the test's; the test runs
// the loop.
class SpliceTest : public testing::Test {
 protected:
  std::pair<TestPeer, std::unique_ptr<Transport>> MakePair() {
    asio::ip::tcp::acceptor acceptor(loop_.context(),
                                     Endpoint(asio::ip::address_v4::loopback(), 0));
    acceptor.set_option(asio::socket_base::receive_buffer_size(kSocketBuffer));
    asio::ip::tcp::socket socket(loop_.context());
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kSocketBuffer, sizeof(kSocketBuffer));
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kSocketBuffer, sizeof(kSocketBuffer));
    const Endpoint address = acceptor.local_endpoint();
    EXPECT_EQ(connect(fd, address.data(), static_cast<socklen_t>(address.size())), 0);
    acceptor.accept(socket);
    socket.set_option(asio::socket_base::send_buffer_size(kSocketBuffer));
    return {TestPeer(fd), std::make_unique<Transport>(std::move(socket))};
  }

  void Start(std::string to_client = "", std::string to_broker = "") {
    auto [client, client_transport] = MakePair();
    auto [broker, broker_transport] = MakePair();
    client_.emplace(std::move(client));
    broker_.emplace(std::move(broker));
    splice_ = Splice::Start(loop_, {std::move(client_transport), std::move(to_client)},
                            {std::move(broker_transport), std::move(to_broker)},
                            [this](const SpliceEnd& end) { end_ = end; });
  }

  // Runs the loop until it has nothing to do.
  void Settle() {
    while (loop_.context().run_one_for(std::chrono::milliseconds(50)) > 0) {
    }
  }

  // Sends without waiting until the socket takes no more; how many bytes went.
  size_t Stuff(TestPeer& peer, size_t from) {
    const std::string bytes = Pattern(1 << 20, from);
    size_t sent = 0;
    while (sent < bytes.size()) {
      const ssize_t took =
          send(peer.fd(), bytes.data() + sent, bytes.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (took <= 0) break;
      sent += static_cast<size_t>(took);
    }
    return sent;
  }

  EventLoop loop_;
  std::optional<TestPeer> client_;
  std::optional<TestPeer> broker_;
  std::shared_ptr<Splice> splice_;
  std::optional<SpliceEnd> end_;
};

TEST_F(SpliceTest, SendsWhatIsAlreadyThereFirst) {
  Start("to client,", "to broker,");
  client_->Send("from client");
  broker_->Send("from broker");
  Settle();
  EXPECT_EQ(client_->Receive(21), "to client,from broker");
  EXPECT_EQ(broker_->Receive(21), "to broker,from client");
}

TEST_F(SpliceTest, AStalledReaderStopsTheOtherSidesReading) {
  Start();
  size_t sent = 0;
  for (size_t more = 1; more > 0; sent += more) {
    Settle();
    more = Stuff(*client_, sent);
  }
  EXPECT_LE(splice_->buffered(), EventLoop::kScratchSize);
  EXPECT_GT(splice_->buffered(), 0u);
  // Four socket buffers that the kernel doubles, with room for its own accounting.
  EXPECT_LE(sent, EventLoop::kScratchSize + 16 * kSocketBuffer);

  // The other direction is not held up.
  broker_->Send("answer");
  Settle();
  EXPECT_EQ(client_->Receive(6), "answer");

  std::string received;
  while (received.size() < sent) {
    received += broker_->Receive(std::min<size_t>(4096, sent - received.size()));
    loop_.context().poll();
  }
  EXPECT_TRUE(received == Pattern(sent));
  EXPECT_EQ(splice_->buffered(), 0u);
}

TEST_F(SpliceTest, PassesOnTheEndOfOneDirectionAndKeepsTheOther) {
  Start();
  client_->Send("last words");
  client_->ShutdownSend();
  Settle();
  EXPECT_EQ(broker_->ReceiveAll(), "last words");
  EXPECT_FALSE(end_.has_value());
  broker_->Send("answer");
  Settle();
  EXPECT_EQ(client_->Receive(6), "answer");
  broker_->ShutdownSend();
  Settle();
  EXPECT_EQ(client_->ReceiveAll(), "");
  ASSERT_TRUE(end_.has_value());
  EXPECT_EQ(end_->error, "");
  EXPECT_EQ(end_->bytes_from_client, 10u);
  EXPECT_EQ(end_->bytes_from_broker, 6u);
}

TEST_F(SpliceTest, AnEndBehindAStalledReaderComesAfterAllBytes) {
  Start();
  size_t sent = 0;
  for (size_t more = 1; more > 0; sent += more) {
    Settle();
    more = Stuff(*client_, sent);
  }
  client_->ShutdownSend();
  Settle();
  std::string received;
  while (received.size() < sent) {
    received += broker_->Receive(std::min<size_t>(4096, sent - received.size()));
    loop_.context().poll();
  }
  Settle();
  EXPECT_TRUE(received + broker_->ReceiveAll() == Pattern(sent));
}

TEST_F(SpliceTest, AResetEndsBothSides) {
  Start();
  Settle();
  client_->Reset();
  Settle();
  broker_->ReceiveAll();
  ASSERT_TRUE(end_.has_value());
  EXPECT_NE(end_->error.find("the connection to the client broke"), std::string::npos)
      << end_->error;
}

TEST_F(SpliceTest, AbortEndsBothSidesOnce) {
  Start();
  splice_->Abort();
  ASSERT_TRUE(end_.has_value());
  end_.reset();
  splice_->Abort();
  Settle();
  EXPECT_FALSE(end_.has_value());
  EXPECT_EQ(client_->ReceiveAll(), "");
  EXPECT_EQ(broker_->ReceiveAll(), "");
}

}  // namespace
}  // namespace sallyport::gateway
