// Reads AMQP 1.0 values (section 1.6) from bytes that are all there, in every encoding that the
// specification allows for a type. Keeps the first error, after which every read gives nothing, so
// that a caller reads a whole structure and looks at error() once. Views the bytes, owns nothing,
// and never recurses. Thread-compatible.
#ifndef SALLYPORT_CORE_AMQP_VALUE_READER_H_
#define SALLYPORT_CORE_AMQP_VALUE_READER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sallyport::amqp {

// DecodeUint16 is the big-endian number in the first 2 bytes, which must be there.
uint16_t DecodeUint16(std::string_view bytes);

// DecodeUint32 is the big-endian number in the first 4 bytes, which must be there.
uint32_t DecodeUint32(std::string_view bytes);

// SymbolErrors says, for the log, how a value is not the symbol that it should be.
struct SymbolErrors {
  const char* is_string;
  const char* wrong_type;
  const char* not_ascii;
};

// StringErrors says, for the log, how a value is not the string that it should be.
struct StringErrors {
  const char* wrong_type;
  const char* not_utf8;
};

// CompoundErrors says, for the log, how a value is not the list or array that it should be.
struct CompoundErrors {
  const char* wrong_type;
  const char* no_count;
};

// Compound is the inside of a list or an array: count is what the peer claims.
struct Compound {
  uint32_t count = 0;
  std::string_view content;
};

// ValueReader is the reader. Every `const char*` that it is given has static lifetime.
class ValueReader {
 public:
  // ValueReader reads `bytes`, and fails with `cut_short` where a value runs past their end.
  ValueReader(std::string_view bytes, const char* cut_short)
      : bytes_(bytes), cut_short_(cut_short) {}

  // error is the first failure, or null.
  const char* error() const { return error_; }

  // AtEnd tells whether nothing is left to read.
  bool AtEnd() const { return bytes_.empty(); }

  // Fail keeps `what`, if nothing failed before, and drops what is left.
  void Fail(const char* what);

  // PeekCode is the next value's constructor byte; at the end it fails, and is 0.
  uint8_t PeekCode();

  // TakeNull takes the next value if it is null, and tells whether it was; it fails at the end.
  bool TakeNull();

  // ReadUint8, ReadUint32 and ReadUint64 take a big-endian number without a constructor.
  uint8_t ReadUint8();
  uint32_t ReadUint32();
  uint64_t ReadUint64();

  // ReadSymbol takes a symbol (sym8, sym32).
  std::string_view ReadSymbol(const SymbolErrors& errors);

  // ReadSymbolOf takes a symbol whose constructor byte was `code`: an array's element.
  std::string_view ReadSymbolOf(uint8_t code, const SymbolErrors& errors);

  // ReadBinary takes a binary (vbin8, vbin32).
  std::string_view ReadBinary(const char* wrong_type);

  // ReadString takes a string (str8-utf8, str32-utf8).
  std::string_view ReadString(const StringErrors& errors);

  // ReadUbyte takes a ubyte.
  uint8_t ReadUbyte(const char* wrong_type);

  // ReadList takes a list (list0, list8, list32).
  Compound ReadList(const CompoundErrors& errors);

  // ReadArray takes an array (array8, array32).
  Compound ReadArray(const CompoundErrors& errors);

 private:
  std::string_view ReadBytes(size_t size);
  Compound ReadCompound8(const char* no_count);
  Compound ReadCompound32(const char* no_count);

  std::string_view bytes_;
  const char* cut_short_;
  const char* error_ = nullptr;
};

}  // namespace sallyport::amqp

#endif  // SALLYPORT_CORE_AMQP_VALUE_READER_H_
