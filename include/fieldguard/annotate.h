/*
 * annotate.h - FG(...), the tag on a struct field
 *
 * A tag says how a field is named outside and how it may be shared. It is written after the declarator:
 *
 *     struct order {
 *         char    id[24]        FG(json:"id,required" key);
 *         int64_t amount_cents  FG(json:"amount,mutex=money");
 *     } FG(unknown:"error");          // a tag on the struct itself stands after the closing brace
 *
 * The words are listed in docs/tags.md. The text reaches `fieldguard gen` through clang's annotate attribute and,
 * where the compiler knows it, the binary's DWARF through btf_decl_tag. Under any other compiler FG() is nothing:
 * it changes neither layout nor code anywhere.
 */
#ifndef FIELDGUARD_ANNOTATE_H
#define FIELDGUARD_ANNOTATE_H

#if defined(__clang__)
#if __has_attribute(btf_decl_tag)
#define FG(...) __attribute__((annotate("fg:" #__VA_ARGS__), btf_decl_tag("fg:" #__VA_ARGS__)))
#else
#define FG(...) __attribute__((annotate("fg:" #__VA_ARGS__)))
#endif
#else
#define FG(...)
#endif

#endif
