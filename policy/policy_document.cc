#include "policy/policy_document.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/crypto/hash.h"
#include "process/file.h"

namespace sallyport::policy {
namespace {

using process::YamlNode;

// What a person can take in at once.
constexpr size_t kMaxProblems = 20;

constexpr process::YamlLimits kLimits = {
    .max_bytes = kMaxPolicyBytes, .max_depth = 32, .max_nodes = 20'000'000};

// The node at `path`, or what is nearest above it, and whether that is all of it.
std::pair<const YamlNode*, bool> Find(const YamlNode& root, const PolicyPath& path) {
  if (path.parent() == nullptr) return {&root, true};
  const auto [above, found] = Find(root, *path.parent());
  if (!found) return {above, false};
  for (const process::YamlEntry& entry : above->entries) {
    if (entry.key != path.key()) continue;
    if (!path.index()) return {&entry.value, true};
    if (*path.index() < entry.value.items.size()) return {&entry.value.items[*path.index()], true};
    return {&entry.value, false};
  }
  return {above, false};
}

}  // namespace

absl::StatusOr<PolicyDocument> PolicyDocument::FromFile(const std::string& path) {
  absl::StatusOr<std::string> text = process::ReadFile(path, kMaxPolicyBytes);
  if (!text.ok()) return text.status();
  return FromText(*std::move(text), path);
}

absl::StatusOr<PolicyDocument> PolicyDocument::FromText(std::string text, std::string source) {
  PolicyDocument document;
  document.text_ = std::move(text);
  document.source_ = std::move(source);
  auto hash = HashOf(document.text_);
  if (!hash.ok()) return hash.status();
  document.hash_ = *std::move(hash);
  auto root = process::ParseYaml(document.text_, document.source_, kLimits);
  if (!root.ok()) return root.status();
  document.root_ = *std::move(root);
  std::vector<Problem> problems;
  ReadYamlMessage(document.root_, &document.policy_, &problems);
  if (!problems.empty()) return document.Refusal(std::move(problems));
  return document;
}

absl::StatusOr<std::string> PolicyDocument::HashOf(std::string_view text) {
  std::string digest(DigestSize(HashFunction::kSha256), '\0');
  if (!Digest(HashFunction::kSha256, text, digest)) {
    return absl::UnavailableError("the policy cannot be hashed: OpenSSL has no SHA-256");
  }
  return absl::BytesToHexString(digest);
}

process::YamlPlace PolicyDocument::PlaceOf(const PolicyPath& path) const {
  return Find(root_, path).first->place;
}

absl::Status PolicyDocument::Refusal(std::vector<Problem> problems) const {
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
  });
  std::string text;
  for (size_t i = 0; i < std::min(problems.size(), kMaxProblems); ++i) {
    const absl::Status problem =
        process::YamlError(source_, problems[i].place, problems[i].message);
    absl::StrAppend(&text, i == 0 ? "" : "\n", problem.message());
  }
  if (problems.size() > kMaxProblems) {
    absl::StrAppend(&text, "\nand ", problems.size() - kMaxProblems, " more");
  }
  return absl::InvalidArgumentError(text);
}

}  // namespace sallyport::policy
