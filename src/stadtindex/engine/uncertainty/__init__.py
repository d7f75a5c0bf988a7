"""How sure a ranking is: everything uncertain drawn anew, thousands of times; `simulate.simulate` is the door."""
