#include "server/admin/derivation_slots.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace sallyport::server {

absl::StatusOr<DerivationSlots::Slot> DerivationSlots::Take() {
  if (taken_.fetch_add(1) < max_) return Slot(this);
  taken_.fetch_sub(1);
  return absl::ResourceExhaustedError(absl::StrCat(
      max_, " key derivations of operators' calls are under way: nothing was changed, try again"));
}

}  // namespace sallyport::server
