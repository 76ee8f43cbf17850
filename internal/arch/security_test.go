package arch

import (
	"os"
	"os/exec"
	"regexp"
	"testing"
)

func TestEveryTestOfTheThreatModelExists(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("grep", "-rhoE", "--include=*_test.go", "^func (Test|Fuzz)[A-Za-z0-9]+", "../../internal", "../../cmd").Output()
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, name := range regexp.MustCompile(`(Test|Fuzz)[A-Za-z0-9]+`).FindAllString(string(out), -1) {
		there[name] = true
	}
	named := regexp.MustCompile("`((Test|Fuzz)[A-Za-z0-9]+)`").FindAllStringSubmatch(string(text), -1)
	if len(named) < 40 {
		t.Errorf("only %d tests are named", len(named))
	}
	for _, name := range named {
		if !there[name[1]] {
			t.Errorf("docs/security.md names %s, and there is no such test", name[1])
		}
	}
}
