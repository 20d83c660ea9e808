/* kernel_thread.c - where this kernel keeps a thread's FS base: its types say so, and reading them takes its time */
#include "watch/kernel_inside.h"

#include <bpf/btf.h>
#include <errno.h>
#include <string.h>

/* Of a member by its name, that begins with a byte. Returns: NULL: there is none. */
static const struct btf_member *member_of(const struct btf *btf, int32_t id, const char *name, uint32_t *ret_bytes)
{
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;

	if (!type || !btf_is_struct(type))
		return NULL;
	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		const struct btf_member *member = &btf_members(type)[i];
		const char *own = btf__name_by_offset(btf, member->name_off);

		if (!own || strcmp(own, name) != 0)
			continue;
		*ret_bytes = btf_member_bit_offset(type, i) / 8;
		return member;
	}
	return NULL;
}

int kernel_find_thread_base(struct kernel *kernel)
{
	struct btf *btf = btf__load_vmlinux_btf();
	const struct btf_member *thread, *base = NULL;
	uint32_t outer = 0, inner = 0;

	if (!btf)
		return -errno;
	thread = member_of(btf, btf__find_by_name_kind(btf, "task_struct", BTF_KIND_STRUCT), "thread", &outer);
	if (thread)
		base = member_of(btf, btf__resolve_type(btf, thread->type), "fsbase", &inner);
	if (base)
		kernel_settings(kernel)->fsbase_offset = outer + inner;
	btf__free(btf);
	return base ? 0 : -ENOENT;
}
