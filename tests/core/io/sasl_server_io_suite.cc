#include "tests/core/io/sasl_server_io_suite.h"

#include <algorithm>

#include "tests/core/handshake/frame_bytes.h"

namespace sallyport {

void SaslServerIoSuite::Create(IoListener listener) {
  auto created = backend->Create(&transport, listener);
  ASSERT_TRUE(created.ok()) << created.status();
  io = *std::move(created);
}

void SaslServerIoSuite::Open(IoListener listener) {
  Create(listener);
  recorder.results.clear();
  transport.sent.clear();
  frames_read_ = 0;
  const absl::Status opening = io.Open(recorder.Callbacks());
  ASSERT_TRUE(opening.ok()) << opening;
}

void SaslServerIoSuite::LogIn() {
  Open();
  transport.Deliver(SaslHeader() + InitFrame("PLAIN", PlainMessage()));
  const OpenResult result = WaitForOpen();
  ASSERT_EQ(result.code, OpenCode::kOk) << result.detail;
}

bool SaslServerIoSuite::WorkUntil(const std::function<bool()>& done) {
  while (!done()) {
    io.DoWork();
    if (done()) return true;
    if (!backend->WaitForWork()) return false;
  }
  return true;
}

OpenResult SaslServerIoSuite::WaitForOpen() {
  EXPECT_TRUE(WorkUntil([&] { return !recorder.results.empty(); })) << "the open does not complete";
  return recorder.results.empty() ? OpenResult() : recorder.results.back();
}

std::string SaslServerIoSuite::NextFrame() {
  const auto there = [&] { return ReadFrames(transport.sent).size() > frames_read_; };
  EXPECT_TRUE(WorkUntil(there)) << "no further frame comes";
  return there() ? ReadFrames(transport.sent)[frames_read_++] : "";
}

IoLog SaslServerIoSuite::LastLines(size_t count) const {
  const IoLog lines = Log();
  return IoLog(lines.end() - static_cast<ptrdiff_t>(std::min(count, lines.size())), lines.end());
}

std::string SaslServerIoSuite::PlainMessage(std::string_view password) {
  std::string message(1, '\0');
  return message.append(kIoUser).append(1, '\0').append(password);
}

std::span<const uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace sallyport
