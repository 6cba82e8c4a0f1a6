#ifndef SALLYPORT_POLICY_VALUES_H_
#define SALLYPORT_POLICY_VALUES_H_

// Single values of the policy's messages: where one is not given, the default.

#include <google/protobuf/duration.pb.h>

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "policy/policy_path.h"
#include "policy/problems.h"

namespace sallyport::policy {

inline absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

// NumberIn is `value`, or `fallback` where that is 0: not given. What is not from `min`
// to `max` is reported.
template <typename Number>
Number NumberIn(Number value, Number fallback, Number min, Number max, const PolicyPath& path,
                Problems* problems) {
  if (value == 0) return fallback;
  if (value >= min && value <= max) return value;
  problems->Refuse(path, absl::StrCat("expected a number from ", min, " to ", max));
  return fallback;
}

// DurationIn does the same for a duration that is there if `given`.
inline absl::Duration DurationIn(bool given, const google::protobuf::Duration& value,
                                 absl::Duration fallback, absl::Duration min, absl::Duration max,
                                 const PolicyPath& path, Problems* problems) {
  if (!given) return fallback;
  const absl::Duration duration = ToDuration(value);
  if (duration >= min && duration <= max) return duration;
  problems->Refuse(path, absl::StrCat("expected a duration from ", absl::FormatDuration(min),
                                      " to ", absl::FormatDuration(max)));
  return fallback;
}

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_VALUES_H_
