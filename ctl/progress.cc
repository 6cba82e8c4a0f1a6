#include "ctl/progress.h"

#include <unistd.h>

#include <iostream>

#include "absl/time/clock.h"

namespace sallyport::ctl {
namespace {

constexpr absl::Duration kPeriod = absl::Milliseconds(250);
// To the line's start, and without what stood there.
constexpr char kBlankLine[] = "\r\x1b[K";

}  // namespace

Progress::Progress() : on_terminal_(isatty(STDERR_FILENO) == 1), next_(absl::Now() + kPeriod) {}

Progress::~Progress() {
  if (shown_) std::cerr << kBlankLine << std::flush;
}

void Progress::Show(const std::function<std::string()>& text) {
  if (!on_terminal_) return;
  const absl::Time now = absl::Now();
  if (now < next_) return;
  next_ = now + kPeriod;
  shown_ = true;
  std::cerr << kBlankLine << text() << std::flush;
}

}  // namespace sallyport::ctl
