/* SPDX-License-Identifier: MIT */
/* The platform interrupt controller: its sources in use are served by hart 0. */
#ifndef DRIVERS_PLIC_H
#define DRIVERS_PLIC_H

/* Maps the registers; boot hart. */
void plic_init(void);

/* Sets a hart's threshold; on that hart. */
void plic_init_hart(unsigned cpu);

/* Lets a source through; boot hart. */
void plic_enable(unsigned source);

/* Claims, serves and completes until nothing is pending; on that hart, interrupts off. */
void plic_serve(unsigned cpu);

#endif
