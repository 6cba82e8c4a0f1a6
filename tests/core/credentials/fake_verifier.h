#ifndef SALLYPORT_TESTS_CORE_CREDENTIALS_FAKE_VERIFIER_H_
#define SALLYPORT_TESTS_CORE_CREDENTIALS_FAKE_VERIFIER_H_

// A PasswordVerifier that says what it is told to, at once. In tests only.

#include <atomic>
#include <optional>
#include <string>
#include <utility>

#include "core/credentials/password_verifier.h"

namespace sallyport {

class FakeVerifier : public PasswordVerifier {
 public:
  // FakeVerifier takes `password` and no other.
  explicit FakeVerifier(std::string password) : password_(std::move(password)) {}
  // FakeVerifier says `answer` whatever the password is.
  explicit FakeVerifier(PasswordAnswer answer) : answer_(answer) {}

  void Verify(const Secret& password, Done done) const override {
    ++asked_;
    const bool right = password.Equals(password_);
    std::move(done)(answer_.value_or(right ? PasswordAnswer::kRight : PasswordAnswer::kWrong));
  }

  // asked is how many times it was asked.
  int asked() const { return asked_; }

 private:
  const std::string password_;
  const std::optional<PasswordAnswer> answer_;
  mutable std::atomic<int> asked_ = 0;
};

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_CORE_CREDENTIALS_FAKE_VERIFIER_H_
