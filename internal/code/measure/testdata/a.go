package a

type I interface{ M() }

func (t *T) f(a int) { // @+1/1
	if x := g(); x > 0 && b { // @+2/2
	} else if b { // @+1/1
	} else { // @+0/1
		if c { // @+1/2
		}
	}
	switch { // @+0/1
	case a > 1, a < 2: // @+2/0
	default:
	}
	switch x := y.(type) { // @+0/1
	case int: // @+1/0
	case string, bool: // @+1/0
	default:
	}
	select { // @+0/1
	case <-c: // @+1/0
	case d <- 1: // @+1/0
	default:
	}
	for range 10 { // @+1/1
		for { // @+1/2
			break
		}
	}
loop:
	for i := 0; i < 1; i++ { // @+1/1
		continue loop // @+0/1
	}
	goto end // @+0/1
end:
	go func() { // @+1/0
		if a > 0 || b { // @+2/3
		}
	}()
	t.f(1)
}

func (o *U) g(t *T) { t.g() } // @+1/0

func r(n int) int { return r(n - 1) } // @+1/1
