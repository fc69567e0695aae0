/* What a process executes, from its birth to its end, as slices of a track. */
#ifndef REPORT_CHROME_LIFE_H
#define REPORT_CHROME_LIFE_H

struct chrome_events;
struct chrome_life;
struct record;

/* A birth, or another program. *lives is a table, at first NULL. 0 or -ENOMEM.
 */
int chrome_life_begin(struct chrome_life **lives, struct chrome_events *events,
		      const struct record *record);
void chrome_life_end(struct chrome_life **lives, struct chrome_events *events,
		     const struct record *record);

/* Forgets all. */
void chrome_life_done(struct chrome_life **lives);

#endif
