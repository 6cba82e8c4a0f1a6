#ifndef SALLYPORT_POLICY_POLICY_DOCUMENT_H_
#define SALLYPORT_POLICY_POLICY_DOCUMENT_H_

// A policy as it was written: the YAML text, the message that it is read into, and
// where each part of it stands. Not yet judged: Policy::Compile does that.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "policy/policy_path.h"
#include "policy/yaml_message.h"
#include "process/yaml_tree.h"
#include "sallyport/v1/policy.pb.h"

namespace sallyport::policy {

// kMaxPolicyBytes is the largest text of a policy.
inline constexpr size_t kMaxPolicyBytes = 64 << 20;

class PolicyDocument {
 public:
  // FromFile fails as process::ReadFile and FromText do.
  static absl::StatusOr<PolicyDocument> FromFile(const std::string& path);

  // FromText reads `text`; `source` is its name in errors. InvalidArgument names each
  // thing that is wrong on a line of its own, by file, line and column, and what was
  // expected.
  static absl::StatusOr<PolicyDocument> FromText(std::string text, std::string source);

  // HashOf is the hash of a document of this text. Unavailable where OpenSSL has none.
  static absl::StatusOr<std::string> HashOf(std::string_view text);

  const v1::Policy& policy() const { return policy_; }
  const std::string& text() const { return text_; }
  const std::string& source() const { return source_; }

  // hash is the SHA-256 of the text, in 64 hexadecimal digits.
  const std::string& hash() const { return hash_; }

  // PlaceOf is where `path` stands, or what is nearest above it.
  process::YamlPlace PlaceOf(const PolicyPath& path) const;

  // Refusal is the error that tells of `problems`, which are not none, in order of
  // their places.
  absl::Status Refusal(std::vector<Problem> problems) const;

 private:
  std::string text_;
  std::string source_;
  std::string hash_;
  process::YamlNode root_;
  v1::Policy policy_;
};

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_POLICY_DOCUMENT_H_
