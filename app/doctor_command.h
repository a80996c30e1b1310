// "weft doctor": prints the report. Main thread.
#pragma once

#include "app/doctor.h"

namespace weft {

DoctorReport gather_doctor_report();

// Returns the exit code: 1 where pictures or the analysis can't work.
int run_doctor();

}  // namespace weft
