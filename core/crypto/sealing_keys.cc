#include "core/crypto/sealing_keys.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <array>
#include <atomic>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace sallyport {
namespace {

constexpr char kVersion = 1;
constexpr size_t kKeyIdSize = 8;
constexpr size_t kSaltSize = 16;
constexpr size_t kNonceSize = 12;
constexpr size_t kTagSize = 16;
constexpr size_t kSaltBegin = 1 + kKeyIdSize;
constexpr size_t kNonceBegin = kSaltBegin + kSaltSize;
constexpr size_t kHeaderSize = kNonceBegin + kNonceSize;
// Far more than is ever sealed, and what OpenSSL's int takes.
constexpr size_t kMaxSealedSize = 1 << 20;

constexpr std::string_view kKeyIdPurpose = "sallyport sealing key id";
constexpr std::string_view kEncryptionPurpose = "sallyport seal v1";

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

// Fetched once: a fetch takes a lock and some microseconds. Never destroyed:
// threads may still seal while the process exits.
EVP_CIPHER* Aes256Gcm() {
  static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return cipher;
}

EVP_KDF* Hkdf() {
  static EVP_KDF* const kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  return kdf;
}

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

// A context that is prepared with the key that its thread last sealed with, until
// the thread seals with another or ends: preparing a key costs more than the
// sealing of a handshake.
struct SealingContext {
  CipherContext context = CipherContext(EVP_CIPHER_CTX_new());
  // Of the SealingKeys whose key it holds.
  uint64_t serial = 0;
};

SealingContext& SealingContextOfThisThread() {
  thread_local SealingContext context;
  return context;
}

uint64_t NextSerial() {
  static std::atomic<uint64_t> last = 0;
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* Bytes(char* text) { return reinterpret_cast<unsigned char*>(text); }

// An empty value needs an address too.
OSSL_PARAM Octets(const char* name, std::string_view value) {
  const char* const data = value.empty() ? "" : value.data();
  return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(data), value.size());
}

[[nodiscard]] bool Derive(std::string_view key, std::string_view salt, std::string_view purpose,
                          std::span<char> out) {
  const std::unique_ptr<EVP_KDF_CTX, FreeContext> context(EVP_KDF_CTX_new(Hkdf()));
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
                                       const_cast<char*>(OSSL_DIGEST_NAME_SHA2_256), 0),
      Octets(OSSL_KDF_PARAM_KEY, key),
      Octets(OSSL_KDF_PARAM_SALT, salt),
      Octets(OSSL_KDF_PARAM_INFO, purpose),
      OSSL_PARAM_construct_end(),
  };
  return context != nullptr &&
         EVP_KDF_derive(context.get(), Bytes(out.data()), out.size(), parameters) == 1;
}

}  // namespace

struct SealingKeys::State {
  struct Key {
    Secret secret;
    std::array<char, kKeyIdSize> id;
  };

  const Key* Find(std::string_view id) const {
    for (const Key& key : keys) {
      if (id == std::string_view(key.id.data(), key.id.size())) return &key;
    }
    return nullptr;
  }

  std::vector<Key> keys;
  std::array<char, kSaltSize> salt;
  // Derived from the first key and the salt.
  Secret sealing_key;
  std::atomic<uint64_t> sealed = 0;
  const uint64_t serial = NextSerial();

  // Prepared returns this thread's context, with the sealing key and `nonce` set;
  // null where OpenSSL fails.
  EVP_CIPHER_CTX* Prepared(const unsigned char* nonce) const {
    SealingContext& sealing = SealingContextOfThisThread();
    EVP_CIPHER_CTX* const context = sealing.context.get();
    if (context == nullptr) return nullptr;
    const bool has_key = sealing.serial == serial;
    sealing.serial = 0;
    const bool prepared = has_key
                              ? EVP_EncryptInit_ex2(context, nullptr, nullptr, nonce, nullptr) == 1
                              : EVP_EncryptInit_ex2(context, Aes256Gcm(), Bytes(sealing_key.view()),
                                                    nonce, nullptr) == 1;
    if (!prepared) return nullptr;
    sealing.serial = serial;
    return context;
  }
};

SealingKeys::SealingKeys(std::unique_ptr<State> state) : state_(std::move(state)) {}

SealingKeys::~SealingKeys() = default;

absl::StatusOr<std::shared_ptr<const SealingKeys>> SealingKeys::Create(std::vector<Secret> keys,
                                                                       RandomSource& random) {
  if (keys.empty()) return absl::InvalidArgumentError("there is no sealing key");
  auto state = std::make_unique<State>();
  for (Secret& secret : keys) {
    if (secret.size() != kSealingKeySize) {
      return absl::InvalidArgumentError(
          absl::StrCat("a sealing key has ", kSealingKeySize, " bytes, not ", secret.size()));
    }
    State::Key key;
    if (!Derive(secret.view(), {}, kKeyIdPurpose, key.id)) {
      return absl::InternalError("OpenSSL could not derive a key id");
    }
    if (state->Find({key.id.data(), key.id.size()}) != nullptr) {
      return absl::InvalidArgumentError("two sealing keys are the same");
    }
    key.secret = std::move(secret);
    state->keys.push_back(std::move(key));
  }
  state->sealing_key = Secret::Zeroed(kSealingKeySize);
  if (!random.Fill(state->salt) ||
      !Derive(state->keys.front().secret.view(), {state->salt.data(), kSaltSize},
              kEncryptionPurpose, {state->sealing_key.data(), kSealingKeySize})) {
    return absl::InternalError("no key to seal with could be derived");
  }
  return std::shared_ptr<const SealingKeys>(new SealingKeys(std::move(state)));
}

std::optional<std::string> SealingKeys::Seal(std::string_view plain,
                                             std::string_view bound_to) const {
  if (plain.size() > kMaxSealedSize - kHeaderSize - kTagSize) return std::nullopt;
  const uint64_t count = state_->sealed.fetch_add(1, std::memory_order_relaxed);
  std::string sealed;
  sealed.reserve(kHeaderSize + plain.size() + kTagSize);
  sealed.push_back(kVersion);
  sealed.append(state_->keys.front().id.data(), kKeyIdSize);
  sealed.append(state_->salt.data(), kSaltSize);
  sealed.resize(kHeaderSize + plain.size() + kTagSize);
  std::memcpy(sealed.data() + kNonceBegin, &count, sizeof(count));

  unsigned char* const text = Bytes(sealed.data() + kHeaderSize);
  EVP_CIPHER_CTX* const context = state_->Prepared(Bytes(sealed.data() + kNonceBegin));
  int size = 0;
  const bool done =
      context != nullptr &&
      EVP_EncryptUpdate(context, nullptr, &size, Bytes(sealed.data()), kHeaderSize) == 1 &&
      EVP_EncryptUpdate(context, nullptr, &size, Bytes(bound_to),
                        static_cast<int>(bound_to.size())) == 1 &&
      EVP_EncryptUpdate(context, text, &size, Bytes(plain), static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(context, text + plain.size(), &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, kTagSize, text + plain.size()) == 1;
  if (!done) return std::nullopt;
  return sealed;
}

std::variant<SealRefusal, Secret> SealingKeys::Open(std::string_view sealed,
                                                    std::string_view bound_to) const {
  if (sealed.size() < kHeaderSize + kTagSize || sealed.size() > kMaxSealedSize ||
      sealed.front() != kVersion) {
    return SealRefusal::kFormat;
  }
  const State::Key* const key = state_->Find(sealed.substr(1, kKeyIdSize));
  if (key == nullptr) return SealRefusal::kUnknownKey;
  Secret opening_key = Secret::Zeroed(kSealingKeySize);
  if (!Derive(key->secret.view(), sealed.substr(kSaltBegin, kSaltSize), kEncryptionPurpose,
              {opening_key.data(), kSealingKeySize})) {
    return SealRefusal::kNotGenuine;
  }

  const std::string_view text = sealed.substr(kHeaderSize, sealed.size() - kHeaderSize - kTagSize);
  std::string tag(sealed.substr(sealed.size() - kTagSize));
  Secret plain = Secret::Zeroed(text.size());
  const CipherContext opening(EVP_CIPHER_CTX_new());
  EVP_CIPHER_CTX* const context = opening.get();
  int size = 0;
  const bool genuine =
      context != nullptr &&
      EVP_DecryptInit_ex2(context, Aes256Gcm(), Bytes(opening_key.view()),
                          Bytes(sealed.substr(kNonceBegin)), nullptr) == 1 &&
      EVP_DecryptUpdate(context, nullptr, &size, Bytes(sealed), kHeaderSize) == 1 &&
      EVP_DecryptUpdate(context, nullptr, &size, Bytes(bound_to),
                        static_cast<int>(bound_to.size())) == 1 &&
      EVP_DecryptUpdate(context, Bytes(plain.data()), &size, Bytes(text),
                        static_cast<int>(text.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, kTagSize, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context, Bytes(plain.data() + plain.size()), &size) == 1;
  if (!genuine) return SealRefusal::kNotGenuine;
  return plain;
}

}  // namespace sallyport
