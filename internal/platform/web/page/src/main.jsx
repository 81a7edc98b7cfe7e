import { createRoot } from 'react-dom/client';
import 'graphiql/style.css';
import './style.css';
import { App } from './app.jsx';

const root = document.getElementById('app');
createRoot(root).render(<App notices={root.dataset.notices} />);
