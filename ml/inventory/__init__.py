"""What to buy, when and how much: numbers a buyer can defend."""
