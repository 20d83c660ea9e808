/* clang_tags.c - where FG() stands, as clang's annotations tell */
#include "gen/clang.h"

#include <string.h>

#define PREFIX "fg:"

struct tag_search {
	struct clang_load *load;
	char *text;
	struct model_place *place;
};

static enum CXChildVisitResult visit_annotation(CXCursor cursor, CXCursor parent, CXClientData data)
{
	struct tag_search *search = data;
	struct model_place place;
	char *text;

	(void)parent;
	if (clang_getCursorKind(cursor) != CXCursor_AnnotateAttr)
		return CXChildVisit_Continue;
	text = clang_take(search->load->model, clang_getCursorSpelling(cursor));
	if (strncmp(text, PREFIX, strlen(PREFIX)) != 0)
		return CXChildVisit_Continue;
	place = clang_place(search->load, clang_getCursorLocation(cursor));
	if (search->text) {
		model_error(search->load->diag, &place, "a second FG() in one place");
		return CXChildVisit_Break;
	}
	search->text = text + strlen(PREFIX);
	*search->place = place;
	return CXChildVisit_Continue;
}

const char *clang_tag_text(struct clang_load *load, CXCursor cursor, struct model_place *ret_place)
{
	struct tag_search search = {.load = load, .place = ret_place};

	clang_visitChildren(cursor, visit_annotation, &search);
	return search.text;
}

static enum CXChildVisitResult visit_any_tag(CXCursor cursor, CXCursor parent, CXClientData data)
{
	enum CXCursorKind kind = clang_getCursorKind(cursor);
	bool *found = data;
	CXString text;

	(void)parent;
	/* Anonymous structs' and unions' members are the outer struct's. */
	if (kind == CXCursor_FieldDecl ||
	    ((kind == CXCursor_StructDecl || kind == CXCursor_UnionDecl) && clang_Cursor_isAnonymousRecordDecl(cursor)))
		return CXChildVisit_Recurse;
	if (kind != CXCursor_AnnotateAttr)
		return CXChildVisit_Continue;
	text = clang_getCursorSpelling(cursor);
	*found = strncmp(clang_getCString(text), PREFIX, strlen(PREFIX)) == 0;
	clang_disposeString(text);
	return *found ? CXChildVisit_Break : CXChildVisit_Continue;
}

bool clang_struct_is_tagged(CXCursor cursor)
{
	bool found = false;

	clang_visitChildren(cursor, visit_any_tag, &found);
	return found;
}
