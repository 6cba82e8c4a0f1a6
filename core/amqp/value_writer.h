// Writes AMQP 1.0 values (section 1.6), each in the smallest encoding of its type. A function named
// SizeOf gives the bytes that its Append counterpart adds, so that a structure's size is known
// before its first byte is written. Pure; no value may be over 4 GiB.
#ifndef SALLYPORT_CORE_AMQP_VALUE_WRITER_H_
#define SALLYPORT_CORE_AMQP_VALUE_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sallyport::amqp {

// AppendUint8 and AppendUint32 append a big-endian number without a constructor.
void AppendUint8(uint8_t value, std::string* out);
void AppendUint32(uint32_t value, std::string* out);

// SizeOfVariable is the size of a symbol, binary or string of `length` bytes.
size_t SizeOfVariable(size_t length);
void AppendSymbol(std::string_view value, std::string* out);
void AppendBinary(std::string_view value, std::string* out);
void AppendString(std::string_view value, std::string* out);

// AppendNull appends a null, which takes 1 byte.
void AppendNull(std::string* out);

// AppendUbyte appends a ubyte, which takes 2 bytes.
void AppendUbyte(uint8_t value, std::string* out);

// SizeOfSymbolArray is the size of an array of symbols; its elements share one width.
size_t SizeOfSymbolArray(std::span<const std::string_view> symbols);
void AppendSymbolArray(std::span<const std::string_view> symbols, std::string* out);

// SizeOfListHeader is the size of what precedes a list's fields, which take `content_size` bytes. A
// list here has between 1 and 255 fields.
size_t SizeOfListHeader(size_t content_size);
void AppendListHeader(uint8_t count, size_t content_size, std::string* out);

}  // namespace sallyport::amqp

#endif  // SALLYPORT_CORE_AMQP_VALUE_WRITER_H_
