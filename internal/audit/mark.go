package audit

import (
	"strings"
	"time"
)

// Operator begins the name of whoever runs the installation.
const Operator = "operator"

// IsOperator tells whether an actor's name is that of somebody who runs the installation.
func IsOperator(name string) bool {
	return name == Operator || strings.HasPrefix(name, Operator+":")
}

// Mark tells who did something by hand, when, and why, beside what was done. By is an Actor's name, or what else a room names so;
// it is "" where that is not known, and Why where nobody said.
type Mark struct {
	By  string    `json:"by"`
	Why string    `json:"why"`
	At  time.Time `json:"at"`
}

// ByOperator tells whether it was somebody who runs the installation.
func (m Mark) ByOperator() bool { return IsOperator(m.By) }
