package sim

import (
	"fmt"
	"net/http"
	"strings"
)

// breach is the kind of a broken constraint.
type breach int

const (
	notUnique breach = iota
	isNull
	tooLong
	noParent
	noTable
)

// violation is a constraint of the database that a write breaks. The server has no checks of its own: what is required,
// unique, or too long is decided by the tables (schema/changelog-*.xml), and the driver's exception goes to the caller.
type violation struct {
	breach breach
	table  string
	column string
	value  string
	size   int
}

func (v *violation) Error() string { return v.failure("h2").Error() }

// dialect is the database that the server runs on: H2 in an installation that was not told another.
func (s *service) dialect() string {
	for _, name := range []string{mysql, postgresql} {
		if s.Host.On(name) {
			return name
		}
	}
	return "h2"
}

// wording is how a driver words its exceptions: 1 is the table, 2 the column, 3 the value, 4 the size.
func wording(dialect string) map[breach]string {
	switch dialect {
	case mysql:
		const class = "java.sql.SQLIntegrityConstraintViolationException: "
		return map[breach]string{
			notUnique: class + "Duplicate entry '%[3]s' for key '%[1]s.%[2]s'",
			isNull:    class + "Column '%[2]s' cannot be null",
			tooLong:   "com.mysql.cj.jdbc.exceptions.MysqlDataTruncation: Data truncation: Data too long for column '%[2]s' at row 1",
			noParent:  class + "Cannot add or update a child row: a foreign key constraint fails (`%[1]s`, FOREIGN KEY (`%[2]s`))",
			noTable:   "java.sql.SQLSyntaxErrorException: Table '%[1]s' doesn't exist",
		}
	case postgresql:
		const class = "org.postgresql.util.PSQLException: ERROR: "
		return map[breach]string{
			notUnique: class + "duplicate key value violates unique constraint \"%[1]s_%[2]s_key\"\n  Detail: Key (%[2]s)=(%[3]s) already exists.",
			isNull:    class + "null value in column \"%[2]s\" of relation \"%[1]s\" violates not-null constraint",
			tooLong:   class + "value too long for type character varying(%[4]d)",
			noParent:  class + "insert or update on table \"%[1]s\" violates foreign key constraint \"fk_%[1]s_%[2]s\"",
			noTable:   class + "relation \"%[1]s\" does not exist",
		}
	}
	const class = "org.h2.jdbc.JdbcSQLIntegrityConstraintViolationException: "
	return map[breach]string{
		notUnique: class + "Unique index or primary key violation: \"PUBLIC.CONSTRAINT_INDEX_5 ON PUBLIC.%[1]s(%[2]s NULLS FIRST) VALUES ( '%[3]s' )\"; SQL statement:\nINSERT [23505-240]",
		isNull:    class + "NULL not allowed for column \"%[2]s\"; SQL statement:\nINSERT [23502-240]",
		tooLong:   "org.h2.jdbc.JdbcSQLDataException: Value too long for column \"%[2]s CHARACTER VARYING(%[4]d)\"; SQL statement:\nINSERT [22001-240]",
		noParent:  class + "Referential integrity constraint violation: \"PUBLIC.%[1]s FOREIGN KEY(%[2]s) (CAST(%[3]s AS INT))\"; SQL statement:\nINSERT [23506-240]",
		noTable:   "org.h2.jdbc.JdbcSQLSyntaxErrorException: Table \"%[1]s\" not found; SQL statement:\nSELECT * FROM %[1]s [42102-240]",
	}
}

// failure is the exception that the caller gets.
func (v *violation) failure(dialect string) *failure {
	table, column := v.table, strings.ToLower(v.column)
	if dialect == "h2" {
		table, column = strings.ToUpper(table), strings.ToUpper(column)
	}
	text := fmt.Sprintf(wording(dialect)[v.breach], table, column, v.value, v.size)
	return &failure{status: http.StatusBadRequest, class: "org.traccar.storage.StorageException", text: text, cause: text}
}
