#include "core/credentials/crypt_hash.h"

#include <crypt.h>

#include <algorithm>
#include <utility>

#include "core/credentials/credential_text.h"
#include "core/credentials/crypt_text.h"
#include "core/credentials/secret.h"

namespace sallyport {
namespace {

// As much of the password as crypt(3) sees.
Secret Visible(std::string_view password, size_t max_size) {
  return Secret(password.substr(0, std::min(max_size, password.find('\0'))));
}

std::optional<Secret> Crypt(const Secret& password, const char* setting) {
  // Too large for a stack, and it has to be wiped.
  Secret scratch = Secret::Zeroed(sizeof(crypt_data));
  const char* const hash =
      crypt_rn(password.view().data(), setting, scratch.data(), static_cast<int>(scratch.size()));
  if (hash == nullptr) return std::nullopt;
  return Secret(hash);
}

}  // namespace

std::optional<bool> CryptMatches(std::string_view password, const CryptHash& stored) {
  CredentialText text(stored.text.view(), 0);
  const CryptMethod method = ReadCrypt(text);
  if (!text.status().ok()) return std::nullopt;
  const Secret visible = Visible(
      password, method == CryptMethod::kBcrypt ? kMaxBcryptPasswordSize : kMaxCryptPasswordSize);
  const std::optional<Secret> hash = Crypt(visible, stored.text.view().data());
  if (!hash.has_value()) return std::nullopt;
  return hash->Equals(stored.text.view()) && visible.size() == password.size();
}

std::optional<std::string> YescryptSetting(uint32_t cost, std::string_view salt) {
  std::string setting(CRYPT_GENSALT_OUTPUT_SIZE, '\0');
  if (crypt_gensalt_rn(std::string(kYescryptPrefix).c_str(), cost, salt.data(),
                       static_cast<int>(salt.size()), setting.data(),
                       static_cast<int>(setting.size())) == nullptr) {
    return std::nullopt;
  }
  setting.resize(setting.find('\0'));
  setting.push_back('$');
  return setting;
}

std::optional<CryptHash> MakeCryptHash(std::string_view password, uint32_t cost,
                                       std::string_view salt) {
  const Secret visible = Visible(password, kMaxCryptPasswordSize);
  if (visible.size() != password.size()) return std::nullopt;
  const std::optional<std::string> setting = YescryptSetting(cost, salt);
  if (!setting.has_value()) return std::nullopt;
  std::optional<Secret> hash = Crypt(visible, setting->c_str());
  if (!hash.has_value()) return std::nullopt;
  return CryptHash{*std::move(hash)};
}

}  // namespace sallyport
