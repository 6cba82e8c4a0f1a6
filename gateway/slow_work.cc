#include "gateway/slow_work.h"

#include <system_error>

#include "absl/strings/str_cat.h"

namespace sallyport::gateway {

absl::StatusOr<std::unique_ptr<SlowWork>> SlowWork::Start(size_t threads) {
  try {
    return std::unique_ptr<SlowWork>(new SlowWork(threads));
  } catch (const std::system_error& error) {
    return absl::ResourceExhaustedError(
        absl::StrCat("cannot start threads for slow work: ", error.what()));
  }
}

SlowWork::~SlowWork() {
  pool_.stop();
  pool_.join();
}

}  // namespace sallyport::gateway
