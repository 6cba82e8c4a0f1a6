// What a SaslServerIo does where there is no memory: this program lets each
// allocation of a call fail in turn, until none does, and counts what is left.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "core/io/embedded_sasl_server_io.h"
#include "core/sasl/mechanism_registry.h"
#include "tests/core/handshake/frame_bytes.h"
#include "tests/requirements.h"

namespace {

// How many allocations may still succeed; below zero: all.
int allowed = -1;
// Whether they go on failing once one has.
bool for_good = false;
long live_blocks = 0;
// In bytes.
size_t largest_block = 0;

}  // namespace

void* operator new(size_t size) {
  if (allowed == 0) {
    if (!for_good) allowed = -1;
    throw std::bad_alloc();
  }
  if (allowed > 0) --allowed;
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  ++live_blocks;
  largest_block = std::max(largest_block, size);
  return memory;
}

void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  --live_blocks;
  std::free(memory);
}

void operator delete(void* memory, size_t) noexcept { operator delete(memory); }

namespace sallyport {
namespace {

// Failing runs `call` with its allocation number `allow`, and for good those
// behind it, failing.
template <typename Call>
auto Failing(int allow, bool for_good_too, Call call) {
  for_good = for_good_too;
  allowed = allow;
  auto result = call();
  allowed = -1;
  return result;
}

// A transport that takes no memory.
class FixedTransport final : public Transport {
 public:
  void SetReceiver(Receiver new_receiver) override { receiver = std::move(new_receiver); }
  absl::Status Send(std::span<const uint8_t>, SendComplete on_send_complete) override {
    ++sends;
    if (sent != nullptr) *sent = std::move(on_send_complete);
    return absl::OkStatus();
  }
  absl::Status Close(CloseComplete on_close_complete) override {
    if (on_close_complete) on_close_complete();
    return absl::OkStatus();
  }
  void DoWork() override {}
  absl::Status SetOption(std::string_view, const IoOptionValue&) override {
    return absl::OkStatus();
  }

  Receiver receiver;
  // Where to keep what hears of a send; null: nowhere.
  SendComplete* sent = nullptr;
  int sends = 0;
};

class NoCredentials final : public CredentialProvider {
  void Find(const CredentialQuery&, AnswerCredentials answer) override {
    answer(CredentialsFound{});
  }
};

class SaslServerIoMemory : public testing::Test {
 protected:
  SaslServerIoMemory() { settings.decoy_key = Secret("the key of decoys"); }

  IoCallbacks Callbacks() {
    return {.on_open_complete =
                [this](const OpenResult& result) {
                  ++completions;
                  code = result.code;
                },
            .on_bytes_received = [](std::span<const uint8_t>) {},
            .on_error = [] {}};
  }

  // Calls `attempt` with each number of allocations until it says that none
  // failed. It must leave no block behind.
  void ForEachAllocation(const std::function<bool(int allow, bool for_good)>& attempt) {
    for (const bool forever : {false, true}) {
      int allow = 0;
      bool failed = true;
      while (failed) {
        ASSERT_LT(allow, 1000);
        const long before = live_blocks;
        failed = attempt(allow, forever);
        EXPECT_EQ(live_blocks, before) << "leaked where allocation " << allow << " fails";
        ++allow;
      }
      EXPECT_GT(allow, 1) << "nothing was allocated";
    }
  }

  // A fresh one for each attempt; the io must not outlive it.
  FixedTransport transport;
  NoCredentials credentials;
  ServerMechanismSettings settings;
  const MechanismDescriptor* mechanisms[2] = {FindMechanism("PLAIN"), FindMechanism("ANONYMOUS")};
  const EmbeddedSaslServerIoConfig config = {.transport = &transport,
                                             .mechanisms = mechanisms,
                                             .credentials = &credentials,
                                             .settings = &settings};
  int completions = 0;
  OpenCode code = OpenCode::kCancelled;
};

TEST_F(SaslServerIoMemory, CreateFailsWithoutMemoryAndLeaksNothing) {
  Covers({"SRS_SASL_SERVER_IO_01_006", "SRS_SASL_SERVER_IO_01_007", "SRS_SASL_SERVER_IO_01_009",
          "SRS_SASL_SERVER_IO_01_011", "SRS_SASL_SERVER_IO_01_012"});
  ForEachAllocation([this](int allow, bool forever) {
    const auto created =
        Failing(allow, forever, [this] { return CreateEmbeddedSaslServerIo(&config); });
    if (created.ok()) return false;
    EXPECT_EQ(created.status().code(), absl::StatusCode::kResourceExhausted);
    return true;
  });
}

TEST_F(SaslServerIoMemory, TheCodecsAreCreatedWithTheIo) {
  Covers({"SRS_SASL_SERVER_IO_01_008", "SRS_SASL_SERVER_IO_01_009", "SRS_SASL_SERVER_IO_01_010",
          "SRS_SASL_SERVER_IO_01_011"});
  // They are members of the handshake.
  largest_block = 0;
  auto io = CreateEmbeddedSaslServerIo(&config);
  EXPECT_GE(largest_block, sizeof(ServerHandshake));
  largest_block = 0;
  EXPECT_TRUE(io->Open(Callbacks()).ok());
  EXPECT_LT(largest_block, sizeof(ServerHandshake));
}

TEST_F(SaslServerIoMemory, AnIoThatIsOpenStaysSoWhereASecondOpenHasNoMemory) {
  Covers({"SRS_SASL_SERVER_IO_01_028"});
  const std::string login = SaslHeader() + InitFrame("ANONYMOUS", "somebody@example.com");
  ForEachAllocation([&](int allow, bool forever) {
    transport = FixedTransport();
    completions = 0;
    auto io = CreateEmbeddedSaslServerIo(&config);
    EXPECT_TRUE(io->Open(Callbacks()).ok());
    IoCallbacks callbacks = Callbacks();
    const absl::Status again =
        Failing(allow, forever, [&] { return io->Open(std::move(callbacks)); });
    EXPECT_EQ(again.code(), absl::StatusCode::kFailedPrecondition);
    transport.receiver(reinterpret_cast<const uint8_t*>(login.data()), login.size());
    EXPECT_EQ(completions, 1);
    EXPECT_EQ(code, OpenCode::kOk);
    *io = SaslServerIo();
    transport.receiver = nullptr;
    return again.message().empty();
  });
}

TEST_F(SaslServerIoMemory, OpenFailsWithoutMemoryAndCanBeTriedAgain) {
  Covers({"SRS_SASL_SERVER_IO_01_012", "SRS_SASL_SERVER_IO_01_013", "SRS_SASL_SERVER_IO_01_014",
          "SRS_SASL_SERVER_IO_01_022", "SRS_SASL_SERVER_IO_01_027", "SRS_SASL_SERVER_IO_01_071"});
  ForEachAllocation([this](int allow, bool forever) {
    transport = FixedTransport();
    completions = 0;
    auto io = CreateEmbeddedSaslServerIo(&config);
    IoCallbacks callbacks = Callbacks();
    const absl::Status opened =
        Failing(allow, forever, [&] { return io->Open(std::move(callbacks)); });
    bool failed = false;
    if (!opened.ok()) {
      EXPECT_EQ(opened.code(), absl::StatusCode::kResourceExhausted);
      EXPECT_EQ(completions, 0);
      EXPECT_EQ(transport.sends, 0);
      EXPECT_TRUE(io->Open(Callbacks()).ok());
      EXPECT_EQ(transport.sends, 1);
      failed = true;
    } else if (completions > 0) {
      // The greeting could not be sent.
      EXPECT_EQ(code, OpenCode::kError);
      EXPECT_EQ(completions, 1);
      EXPECT_EQ(transport.sends, 0);
      failed = true;
    }
    *io = SaslServerIo();
    transport.receiver = nullptr;
    return failed;
  });
}

TEST_F(SaslServerIoMemory, ASendThatFailsIsReportedWithoutMemory) {
  Covers({"SRS_SASL_SERVER_IO_01_071"});
  SendComplete sent;
  transport.sent = &sent;
  auto io = CreateEmbeddedSaslServerIo(&config);
  ASSERT_TRUE(io->Open(Callbacks()).ok());
  EXPECT_NO_THROW(Failing(0, true, [&] {
    sent(SendResult::kError);
    return 0;
  }));
  EXPECT_EQ(completions, 1);
  EXPECT_EQ(code, OpenCode::kError);
  EXPECT_TRUE(io->Close({}).ok()) << "closing the transport took memory, too";
}

TEST_F(SaslServerIoMemory, BytesThatCannotBeHeldBackAreAnErrorOfTheIo) {
  const std::string login = SaslHeader() + InitFrame("ANONYMOUS", "somebody@example.com");
  const std::string more(1000, 'x');
  int errors = 0;
  IoCallbacks callbacks = Callbacks();
  callbacks.on_open_complete = [&](const OpenResult&) {
    Failing(0, true, [&] {
      transport.receiver(reinterpret_cast<const uint8_t*>(more.data()), more.size());
      return 0;
    });
  };
  callbacks.on_error = [&] { ++errors; };
  auto io = CreateEmbeddedSaslServerIo(&config);
  ASSERT_TRUE(io->Open(std::move(callbacks)).ok());
  transport.receiver(reinterpret_cast<const uint8_t*>(login.data()), login.size());
  EXPECT_EQ(errors, 1);
}

TEST_F(SaslServerIoMemory, RetrieveOptionsFailsWithoutMemory) {
  Covers({"SRS_SASL_SERVER_IO_01_050"});
  const auto io = CreateEmbeddedSaslServerIo(&config);
  ForEachAllocation([&](int allow, bool forever) {
    const auto options = Failing(allow, forever, [&] { return io->RetrieveOptions(); });
    if (options.ok()) return false;
    EXPECT_EQ(options.status().code(), absl::StatusCode::kResourceExhausted);
    return true;
  });
}

TEST_F(SaslServerIoMemory, AHandshakeWithoutMemoryFailsTheOpenOnce) {
  Covers({"SRS_SASL_SERVER_IO_01_063", "SRS_SASL_SERVER_IO_01_065"});
  const std::string login = SaslHeader() + InitFrame("ANONYMOUS", "somebody@example.com");
  ForEachAllocation([&](int allow, bool forever) {
    transport = FixedTransport();
    completions = 0;
    auto io = CreateEmbeddedSaslServerIo(&config);
    EXPECT_TRUE(io->Open(Callbacks()).ok());
    Failing(allow, forever, [&] {
      transport.receiver(reinterpret_cast<const uint8_t*>(login.data()), login.size());
      return 0;
    });
    EXPECT_EQ(completions, 1);
    const bool failed = code != OpenCode::kOk;
    EXPECT_EQ(code, failed ? OpenCode::kError : OpenCode::kOk);
    *io = SaslServerIo();
    transport.receiver = nullptr;
    return failed;
  });
}

}  // namespace
}  // namespace sallyport
