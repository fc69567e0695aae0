/* report.html, report.css and report.js, as they are: ASCII, without a NUL. */
#ifndef KAUDIT_REPORT_PAGE_H
#define KAUDIT_REPORT_PAGE_H

#include <stddef.h>

extern const char report_page_html[], report_page_css[], report_page_js[];
extern const size_t report_page_html_length, report_page_css_length,
    report_page_js_length;

#endif
