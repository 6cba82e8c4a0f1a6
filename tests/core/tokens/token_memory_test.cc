// What verifying a token leaves on the heap: this program looks for the token's signature, and for
// a claim, in all that is freed, also by the libraries.

#include <malloc.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "core/tokens/verify_token.h"
#include "gtest/gtest.h"
#include "tests/core/tokens/token_signer.h"

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace {

std::string_view sought;
int found = 0;

}  // namespace

extern "C" void __libc_free(void* block);

extern "C" void free(void* block) noexcept {
  if (block != nullptr && !sought.empty()) {
    const std::string_view bytes(static_cast<const char*>(block), malloc_usable_size(block));
    if (bytes.find(sought) != std::string_view::npos) ++found;
  }
  __libc_free(block);
}

namespace sallyport {
namespace {

class TokenMemoryTest : public testing::Test {
 protected:
  TokenMemoryTest() {
    rules_.issuer = "i";
    rules_.audiences = {"a"};
  }

  void VerifyLookingFor(std::string_view bytes, const std::string& token) {
    sought = bytes;
    found = 0;
    accepted_ = std::holds_alternative<TokenHeader>(ReadTokenHeader(token)) &&
                std::holds_alternative<TokenClaims>(
                    VerifyToken(token, **keys_, rules_, absl::FromUnixSeconds(1)));
    sought = {};
  }

  const TokenSigner signer_ = TokenSigner::Curve("P-256");
  const absl::StatusOr<std::shared_ptr<const KeySet>> keys_ =
      KeySet::Parse(KeySetOf({signer_.Jwk()}));
  TokenRules rules_;
  bool accepted_ = false;
};

TEST_F(TokenMemoryTest, HoldsNoPartOfATokenOnceThatIsJudged) {
  const std::string token = signer_.Sign(
      R"({"alg":"ES256"})",
      R"({"iss":"i","aud":"a","sub":"s","exp":9,"secret":"correct horse battery staple"})",
      "ES256");
  const std::string signature = token.substr(token.rfind('.') + 1);
  VerifyLookingFor(signature, token);
  EXPECT_TRUE(accepted_);
  EXPECT_EQ(found, 0);
  VerifyLookingFor("correct horse battery staple", token);
  EXPECT_TRUE(accepted_);
  EXPECT_EQ(found, 0);
}

TEST_F(TokenMemoryTest, TheProbeFindsWhatIsNotWiped) {
  const std::string token(100, 't');
  sought = token;
  found = 0;
  delete new std::string(token);
  sought = {};
  EXPECT_GT(found, 0);
}

}  // namespace
}  // namespace sallyport

#endif
