#ifndef SALLYPORT_SERVER_RESUME_SEALING_KEY_FILE_H_
#define SALLYPORT_SERVER_RESUME_SEALING_KEY_FILE_H_

// The file with the keys that a fleet seals resume tokens under: one key of 32
// bytes in base64 a line, the one that seals first, '#' for comments.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/crypto/random_source.h"
#include "core/crypto/sealing_keys.h"

namespace sallyport::server {

// ReadSealingKeys reads `path`. It fails as ReadFile does, and with
// InvalidArgument that names the line and what to do. No message shows a key.
absl::StatusOr<std::shared_ptr<const SealingKeys>> ReadSealingKeys(const std::string& path,
                                                                   RandomSource& random);

// NewSealingKeys are of this process alone: what they seal can be continued here
// and nowhere else.
absl::StatusOr<std::shared_ptr<const SealingKeys>> NewSealingKeys(RandomSource& random);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_RESUME_SEALING_KEY_FILE_H_
