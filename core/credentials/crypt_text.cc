#include "core/credentials/crypt_text.h"

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/credentials/credential.h"

namespace sallyport {
namespace {

// The digits of crypt(3)'s base 64, from 0 to 63.
constexpr std::string_view kDigits =
    "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

bool IsDigit(char c) { return kDigits.find(c) != std::string_view::npos; }

// A salt of 128 bits is 22 digits, of which the last has 2 bits. Others than these
// would never match: crypt(3) returns them corrected.
bool EndsBcryptSalt(char c) { return std::string_view(".Oeu").find(c) != std::string_view::npos; }

// What crypt(5) takes in a salt: printable ASCII but for the delimiters of passwd(5).
bool IsSaltCharacter(char c) {
  return c > ' ' && c <= '~' && std::string_view("$:;*!\\").find(c) == std::string_view::npos;
}

void ReadHash(CredentialText& text, size_t size) {
  text.Characters("the hash", IsDigit, {size, size});
  text.End("the hash");
}

void ReadSaltAndHash(CredentialText& text, size_t max_salt, size_t hash) {
  text.Characters("the salt", IsSaltCharacter, {1, max_salt});
  text.Literal("$", "there is no '$' to end the salt");
  ReadHash(text, hash);
}

void ReadShaCrypt(CredentialText& text, size_t hash) {
  if (text.Skip("rounds=")) {
    text.Number("the number of rounds", '$', kMinCryptRounds, kMaxCryptRounds);
  }
  ReadSaltAndHash(text, 16, hash);
}

void ReadBcrypt(CredentialText& text) {
  constexpr uint32_t kMinCost = 4;
  bool found = false;
  for (uint32_t cost = kMinCost; cost <= kMaxBcryptCost && !found; ++cost) {
    found = text.Skip(absl::StrCat(absl::Dec(cost, absl::kZeroPad2), "$"));
  }
  if (!found) text.Fail(absl::StrCat("the cost is not from 0", kMinCost, " to ", kMaxBcryptCost));
  text.Characters("the salt", IsDigit, {21, 21});
  text.Characters("the salt's end", EndsBcryptSalt, {1, 1});
  ReadHash(text, 31);
}

// A number from 1 to 48. What is greater takes more digits, and then the first of
// them is above 47.
uint32_t ReadYescryptNumber(CredentialText& text, std::string_view what) {
  const size_t start = text.position();
  const std::string_view digit = text.Characters(what, IsDigit, {1, 1});
  if (digit.empty()) return 0;
  const size_t number = kDigits.find(digit[0]) + 1;
  if (number <= 48) return static_cast<uint32_t>(number);
  text.FailAt(start, absl::StrCat(std::string(what), " is above 48"));
  return 0;
}

void ReadYescrypt(CredentialText& text) {
  text.Literal("j", "the flavor is not 'j'");
  const size_t start = text.position();
  const uint32_t log2_n = ReadYescryptNumber(text, "the logarithm of N");
  const uint64_t r = ReadYescryptNumber(text, "r");
  // N blocks of 128 r bytes.
  if ((r << (log2_n + 7)) >> 10 > kMaxYescryptMemoryKib) {
    text.FailAt(start, absl::StrCat("N and r ask for more than ", kMaxYescryptMemoryKib, " KiB"));
  }
  text.Literal("$", "there are more parameters than N and r");
  text.Characters("the salt", IsDigit, {1, 86});
  text.Literal("$", "there is no '$' to end the salt");
  ReadHash(text, kYescryptHashSize);
}

}  // namespace

CryptMethod ReadCrypt(CredentialText& text) {
  if (text.Skip("$6$")) {
    ReadShaCrypt(text, 86);
    return CryptMethod::kSha512;
  }
  if (text.Skip("$5$")) {
    ReadShaCrypt(text, 43);
    return CryptMethod::kSha256;
  }
  if (text.Skip("$2b$") || text.Skip("$2y$") || text.Skip("$2a$")) {
    ReadBcrypt(text);
    return CryptMethod::kBcrypt;
  }
  if (text.Skip(kYescryptPrefix)) {
    ReadYescrypt(text);
    return CryptMethod::kYescrypt;
  }
  if (text.Skip(kMd5CryptPrefix)) {
    ReadSaltAndHash(text, 8, 22);
    return CryptMethod::kMd5;
  }
  if (text.Upcoming("$apr1$")) {
    text.Fail(
        "the method $apr1$ is Apache's alone; set the password anew, as htpasswd does with -B, "
        "-5 or -2");
  } else if (text.Upcoming("$")) {
    text.Fail("the method is none of $6$, $5$, $2a$, $2b$, $2y$, $y$ and $1$");
  } else {
    text.Fail("there is no '$'; traditional DES is refused: it ignores all but 8 characters");
  }
  return CryptMethod::kMd5;
}

}  // namespace sallyport
