/* diag.c - findings about the user's text, in the form that compilers give them */
#include "model/model.h"

#include <stdarg.h>

static void tell(struct model_diag *diag, const struct model_place *place, const char *word, const char *colour,
                 const char *format, va_list args)
{
	const char *bold = diag->colour ? "\033[1m" : "";
	const char *reset = diag->colour ? "\033[0m" : "";

	if (place && place->file && place->line)
		fprintf(diag->out, "%s%s:%u:%u:%s ", bold, place->file, place->line, place->column, reset);
	else if (place && place->file)
		fprintf(diag->out, "%s%s:%s ", bold, place->file, reset);
	fprintf(diag->out, "%s%s:%s ", diag->colour ? colour : "", word, reset);
	vfprintf(diag->out, format, args);
	fputc('\n', diag->out);
}

void model_error(struct model_diag *diag, const struct model_place *place, const char *format, ...)
{
	va_list args;

	diag->errors++;
	va_start(args, format);
	tell(diag, place, "error", "\033[1;31m", format, args);
	va_end(args);
}

void model_warning(struct model_diag *diag, const struct model_place *place, const char *format, ...)
{
	va_list args;

	diag->warnings++;
	va_start(args, format);
	tell(diag, place, "warning", "\033[1;35m", format, args);
	va_end(args);
}
