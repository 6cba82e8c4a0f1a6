#ifndef SALLYPORT_CTL_PROGRESS_H_
#define SALLYPORT_CTL_PROGRESS_H_

// Shows a person how far something long has come, on a line of the terminal that is
// standard error; where that is none, nothing is shown. Not thread-safe.

#include <functional>
#include <string>

#include "absl/time/time.h"

namespace sallyport::ctl {

class Progress {
 public:
  Progress();
  // ~Progress takes the line away.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Show shows what `text` returns, if the last was shown long enough ago.
  void Show(const std::function<std::string()>& text);

 private:
  const bool on_terminal_;
  bool shown_ = false;
  absl::Time next_;
};

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_PROGRESS_H_
