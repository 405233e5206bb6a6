/* SPDX-License-Identifier: MIT */
/* The platform interrupt controller. Its one source in use, the UINTC's doorbell, is hart 0's. */
#ifndef DRIVERS_PLIC_H
#define DRIVERS_PLIC_H

/* Maps the registers; boot hart. */
void plic_init(void);

/* Sets a hart's threshold and, on hart 0, lets the doorbell through; on that hart. */
void plic_init_hart(unsigned cpu);

/* Claims, serves and completes until nothing is pending; on that hart, interrupts off. */
void plic_serve(unsigned cpu);

#endif
