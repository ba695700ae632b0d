#ifndef GATEPOST_LINE_H
#define GATEPOST_LINE_H

// The line takes bytes in from now on.
void line_start(void);

// Sleep until a byte is there, and no longer than that; -1: for as long as it takes.
void line_wait(int milliseconds);

// Sleep until an interrupt, and no longer than that.
void line_doze(int milliseconds);

#endif
