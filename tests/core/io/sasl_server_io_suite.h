#ifndef SALLYPORT_TESTS_CORE_IO_SASL_SERVER_IO_SUITE_H_
#define SALLYPORT_TESTS_CORE_IO_SASL_SERVER_IO_SUITE_H_

// One suite of tests for every SaslServerIo, whoever runs its handshakes. A
// backend's own test instantiates SaslServerIoCalls and SaslServerIoExchange with
// a function that makes it.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/io/sasl_server_io.h"
#include "tests/core/io/fake_transport.h"

namespace sallyport {

// Who can log in.
inline constexpr char kIoUser[] = "alice";
inline constexpr char kIoPassword[] = "correct horse";

// IoListener is what an io is to be created for.
enum class IoListener {
  kStrongFirst,    // SCRAM-SHA-256, then PLAIN
  kPlainFirst,     // the same, the other way round
  kAnonymous,      // ANONYMOUS alone
  kMisconfigured,  // every login fails with sys-perm
  kOutage,         // every login fails with sys-temp
};

class IoBackend {
 public:
  virtual ~IoBackend() = default;

  // Create makes an io; `transport` may be null.
  virtual absl::StatusOr<SaslServerIo> Create(Transport* transport, IoListener listener) = 0;
  // CreateFromNothing makes one from a null config.
  virtual absl::StatusOr<SaslServerIo> CreateFromNothing() = 0;
  // WaitForWork waits until DoWork has something to do; false: it never will.
  virtual bool WaitForWork() = 0;
};

class SaslServerIoSuite : public testing::TestWithParam<std::unique_ptr<IoBackend> (*)()> {
 protected:
  // Makes `io`.
  void Create(IoListener listener = IoListener::kStrongFirst);
  // Makes `io` and opens it.
  void Open(IoListener listener = IoListener::kStrongFirst);
  // Opens `io` and lets the client in.
  void LogIn();
  // DoWork until `done`; false: that will not come.
  bool WorkUntil(const std::function<bool()>& done);
  // Waits until the open has completed; its result.
  OpenResult WaitForOpen();
  // Waits for what follows the frames that were read before.
  std::string NextFrame();
  // The log without what DoWork leaves there.
  IoLog Log() const { return Without(log, "transport worked"); }
  IoLog LastLines(size_t count) const;

  // The client's whole message for PLAIN.
  static std::string PlainMessage(std::string_view password = kIoPassword);

  const std::unique_ptr<IoBackend> backend = GetParam()();
  IoLog log;
  FakeTransport transport{&log};
  IoRecorder recorder{&log};
  SaslServerIo io;

 private:
  size_t frames_read_ = 0;
};

// Bytes views `text` as an io takes it.
std::span<const uint8_t> Bytes(std::string_view text);

// The calls of an io, its callbacks and its states.
class SaslServerIoCalls : public SaslServerIoSuite {};
// What goes over the wire (AMQP 1.0 section 5.3).
class SaslServerIoExchange : public SaslServerIoSuite {};

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_CORE_IO_SASL_SERVER_IO_SUITE_H_
