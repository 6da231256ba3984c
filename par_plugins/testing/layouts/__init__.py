"""The official files of each benchmark, filled with toys: names, rules of labels, annotation."""
