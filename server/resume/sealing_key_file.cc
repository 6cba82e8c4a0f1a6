#include "server/resume/sealing_key_file.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/crypto/base64.h"
#include "process/file.h"

namespace sallyport::server {
namespace {

constexpr size_t kMaxFileSize = 64 * 1024;
constexpr std::string_view kBlank = " \t\r";

// What a line says without its comment and the blanks around it.
std::string_view ContentOf(std::string_view line) {
  line = line.substr(0, line.find('#'));
  const size_t begin = line.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(kBlank) + 1 - begin);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const SealingKeys>> ReadSealingKeys(const std::string& path,
                                                                   RandomSource& random) {
  auto text = process::ReadFile(path, kMaxFileSize);
  if (!text.ok()) return text.status();
  const absl::Cleanup wipe = [&] { Wipe(&*text); };

  std::vector<Secret> keys;
  std::string_view rest = *text;
  for (int line = 1; !rest.empty(); ++line) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view content = ContentOf(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (content.empty()) continue;
    std::optional<std::string> key = DecodeBase64(content);
    const absl::Cleanup wipe_key = [&] {
      if (key) Wipe(&*key);
    };
    if (!key || key->size() != kSealingKeySize) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ":", line, ": expected a key of ", kSealingKeySize,
                       " bytes in base64; 'openssl rand -base64 32' makes one"));
    }
    keys.emplace_back(*key);
  }
  auto created = SealingKeys::Create(std::move(keys), random);
  if (created.ok()) return created;
  return absl::Status(created.status().code(),
                      absl::StrCat(path, ": ", created.status().message(),
                                   "; 'openssl rand -base64 32' makes one"));
}

absl::StatusOr<std::shared_ptr<const SealingKeys>> NewSealingKeys(RandomSource& random) {
  Secret key = Secret::Zeroed(kSealingKeySize);
  if (!random.Fill({key.data(), key.size()})) {
    return absl::InternalError("there is no randomness for a sealing key");
  }
  std::vector<Secret> keys;
  keys.push_back(std::move(key));
  return SealingKeys::Create(std::move(keys), random);
}

}  // namespace sallyport::server
