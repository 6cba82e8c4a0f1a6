#ifndef SALLYPORT_TESTS_VECTORS_VECTOR_FILE_H_
#define SALLYPORT_TESTS_VECTORS_VECTOR_FILE_H_

// Reads published test vectors. A file is lines of `Name = value`; a blank line
// ends a vector, and a line that begins with '#' is a comment, which also
// names the source. A value is
//
//   "text in quotes"   the bytes between the first and the last quote, as is
//   0a0b0c             bytes, in hexadecimal
//   4096               a decimal number
//
// and how it is read decides which of these it has to be. A vector whose test
// leaves an attribute unread fails, so that no part of it is passed over.
// In tests only: mistakes are reported as GoogleTest failures. Not thread-safe.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

namespace sallyport {

class VectorRecord {
 public:
  // Has tells whether the attribute is there. It does not count as reading.
  bool Has(std::string_view name) const;

  // Bytes returns a value in quotes or in hexadecimal. An attribute that is
  // missing or neither is a test failure, and "".
  std::string Bytes(std::string_view name);

  // Number returns a decimal value. An attribute that is missing or not a
  // number below 2^32 is a test failure, and 0.
  uint32_t Number(std::string_view name);

  // Unread returns the names that neither Bytes nor Number was asked for.
  std::vector<std::string> Unread() const;

  // line is where the vector begins, counted from 1.
  int line() const { return line_; }

 private:
  friend absl::StatusOr<std::vector<VectorRecord>> ParseVectors(std::string_view text);

  struct Attribute {
    std::string value;
    bool read = false;
  };

  const std::string* Read(std::string_view name);

  int line_ = 0;
  std::map<std::string, Attribute, std::less<>> attributes_;
};

// ParseVectors splits a file's text into its vectors. InvalidArgument names the
// line that is neither a comment nor an attribute, or that gives an attribute
// of the same vector again.
absl::StatusOr<std::vector<VectorRecord>> ParseVectors(std::string_view text);

// ForEachVector runs `check` on each vector of the file at `path` (relative to
// the workspace, and among the test's data), with the vector's place in the
// trace. Failures: a file that is missing, malformed or has no vector, and each
// attribute that `check` did not read.
void ForEachVector(const std::string& path, absl::FunctionRef<void(VectorRecord&)> check);

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_VECTORS_VECTOR_FILE_H_
