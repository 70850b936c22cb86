"""«Записи на сервис»: times to choose from, the bookings of a day, and what is done with one."""
